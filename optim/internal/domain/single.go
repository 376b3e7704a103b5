package domain

import "fmt"

// ClosedFraction is the domain of a share of a whole.
var ClosedFraction = Domain{"a number in [0, 1]", func(v float64, _ func(float64) float64) bool {
	return v >= 0 && v <= 1
}}

// Real returns an error if a number that is never rounded lies outside its domain.
func Real(name string, value float64, d Domain) error {
	return CheckValue[float64](Of(name, value, d))
}

// Whole returns an error if a count is below the least.
func Whole(name string, value, least int) error {
	if value < least {
		return fmt.Errorf("%s = %d, want a whole number >= %d", name, value, least)
	}
	return nil
}
