package optim

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// A numberDomain lists numbers around the edges of what an option may be.
type numberDomain struct {
	good, bad []float64
	bad32     []float64 // fine in float64, but not once rounded to float32
}

const leastPositive = math.SmallestNonzeroFloat64

// notNumbers are in no domain.
var notNumbers = []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, -leastPositive}

var numberDomains = map[string]numberDomain{
	"[0,∞)": {good: []float64{0, 0.5, 1e30}, bad32: []float64{1e39}},
	"(0,∞)": {good: []float64{1e-30, 0.5, 1e30}, bad: []float64{0}, bad32: []float64{1e-60, 1e39}},
	// The number is stored, and multiplied by less than 1 later.
	"(0,∞) and normal":          {good: []float64{1e-15, 0.5, 1e30}, bad: []float64{0, 1e-320}, bad32: []float64{1e-60, 1e-35, 1e39}},
	"0 or [1,∞)":                {good: []float64{0, 1, 1e30, 1e300}, bad: []float64{0.5, 1 - 1e-9}},
	"(-∞,0]":                    {good: []float64{0, -0.8, -1, -leastPositive}, bad: []float64{0.5, leastPositive}},
	"[1,∞)":                     {good: []float64{1, 2, 1e30}, bad: []float64{0, 0.5, 1 - 1e-9}, bad32: []float64{1e39}},
	"0 or with a normal square": {good: []float64{0, 1e-3, 1, 1e15}, bad: []float64{1e-200, 1e200}, bad32: []float64{1e-25, 1e30}},
	"[0,1)":                     {good: []float64{0, 0.5, 1 - 0x1p-24}, bad: []float64{1, 1.25}, bad32: []float64{1 - 1e-9}},
	"[0,1) in float32":          {good: []float64{0, 0.5, 1 - 0x1p-24}, bad: []float64{1, 1.25, 1 - 1e-9}},
	"(0,1)":                     {good: []float64{0.5, 1 - 0x1p-24}, bad: []float64{0, 1, 1.25}, bad32: []float64{1 - 1e-9}},
}

// accept returns the error with which the rules of r are refused for a dense parameter or,
// if it has no variants, for a table.
func (r testedRule) accept(rule Rule) (err32, err64 error) {
	sparse := r.variants == nil && r.matrices == nil
	return accept[float32](rule, sparse), accept[float64](rule, sparse)
}

func accept[T kernels.Float](rule Rule, sparse bool) error {
	p := Param[T]{Name: "w", Value: []T{1}}
	if sparse {
		p.Shape, p.Sparse = []int{1, 1}, true
	}
	_, err := New(rule, []Param[T]{p})
	return err
}

// TestDomains sets every numeric option of every rule to numbers inside and outside
// of its domain. Errors name the rule, the option and the value.
func TestDomains(t *testing.T) {
	for _, r := range rules {
		numbers := map[string]bool{}
		for i := range reflect.TypeOf(r.first()).NumField() {
			field := reflect.TypeOf(r.first()).Field(i)
			if field.Type.Kind() == reflect.Bool || field.Type.Kind() == reflect.Interface {
				continue
			}
			numbers[field.Name] = true
			domain, ok := numberDomains[r.domains[field.Name]]
			if !ok {
				t.Errorf("%s.%s has the domain %q, which is none", r.name(), field.Name, r.domains[field.Name])
				continue
			}
			testDomain(t, r, field, domain)
		}
		for name := range r.domains {
			if !numbers[name] {
				t.Errorf("%s has the domain of an option %s, but no such option", r.name(), name)
			}
		}
		for _, c := range r.refused {
			err32, err64 := r.accept(c.rule)
			if !c.inside {
				c.want = append(c.want, c.rule.Name())
			}
			wantError(t, err32, c.want...)
			if c.only != "float32" {
				wantError(t, err64, c.want...)
			} else if err64 != nil {
				t.Errorf("%+v in float64: %v", c.rule, err64)
			}
		}
	}
}

func testDomain(t *testing.T, r testedRule, field reflect.StructField, domain numberDomain) {
	t.Helper()
	whole := field.Type.Kind() == reflect.Int
	set := func(v float64) Rule {
		rule := reflect.New(reflect.TypeOf(r.first())).Elem()
		rule.Set(reflect.ValueOf(r.first()))
		if whole {
			rule.FieldByIndex(field.Index).SetInt(int64(v))
		} else {
			rule.FieldByIndex(field.Index).SetFloat(v)
		}
		return rule.Interface().(Rule)
	}
	refused := func(err error, v float64) {
		t.Helper()
		wantError(t, err, fmt.Sprintf("%s: %s = %v", r.name(), field.Name, v))
	}
	for _, v := range append(domain.bad, notNumbers...) {
		if slices.Contains(domain.good, v) || whole && v != math.Trunc(v) || whole && math.IsInf(v, 0) {
			continue
		}
		err32, err64 := r.accept(set(v))
		refused(err32, v)
		refused(err64, v)
	}
	for _, v := range domain.bad32 {
		if whole {
			continue
		}
		err32, err64 := r.accept(set(v))
		refused(err32, v)
		if err64 != nil {
			t.Errorf("%s.%s = %v in float64: %v", r.name(), field.Name, v, err64)
		}
	}
	for _, v := range domain.good {
		if whole && v > 1 {
			v = 100
		}
		if err32, err64 := r.accept(set(v)); err32 != nil || err64 != nil {
			t.Errorf("%s.%s = %v is refused: %v, %v", r.name(), field.Name, v, err32, err64)
		}
	}
}

// TestNoRules: what is no rule at all.
func TestNoRules(t *testing.T) {
	for _, c := range []struct {
		rule Rule
		want []string
	}{
		{nil, []string{"nil Rule"}},
		{(*Adam)(nil), []string{"nil Rule", "*optim.Adam"}},
	} {
		for _, sparse := range []bool{false, true} {
			wantError(t, accept[float32](c.rule, sparse), c.want...)
			wantError(t, accept[float64](c.rule, sparse), c.want...)
		}
	}
}
