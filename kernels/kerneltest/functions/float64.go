package functions

import "math"

// float64s are the functions, evaluated in float64.
var float64s = map[string]func(float64) float64{
	"Exp":     math.Exp,
	"Exp2":    math.Exp2,
	"Expm1":   math.Expm1,
	"Log":     math.Log,
	"Log1p":   math.Log1p,
	"Tanh":    math.Tanh,
	"Sigmoid": func(x float64) float64 { return 1 / (1 + math.Exp(-x)) },
	"Erf":     math.Erf,
}
