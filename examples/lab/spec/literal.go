package spec

import (
	"reflect"
	"strconv"
	"strings"
)

// GoLiteral returns Go source of a rule, a schedule or another struct of options:
// optim.Adam{LR: 0.1, Beta1: 0.9}. Fields that are zero, or not exported, are left out.
func GoLiteral(v any) string { return literal(reflect.ValueOf(v)) }

func literal(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer:
		return "&" + literal(v.Elem())
	case reflect.Interface:
		return literal(v.Elem())
	case reflect.Struct:
		var fields []string
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && !v.Field(i).IsZero() {
				fields = append(fields, f.Name+": "+literal(v.Field(i)))
			}
		}
		return v.Type().String() + "{" + strings.Join(fields, ", ") + "}"
	case reflect.Slice:
		items := make([]string, v.Len())
		for i := range items {
			items[i] = literal(v.Index(i))
		}
		return v.Type().String() + "{" + strings.Join(items, ", ") + "}"
	case reflect.Float64, reflect.Float32:
		return Number(v.Float())
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.String:
		return strconv.Quote(v.String())
	case reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10)
	}
	if v.Type() == shapeType {
		return "schedule." + shapeNames[v.Int()]
	}
	return strconv.FormatInt(v.Int(), 10)
}
