package race

import (
	"fmt"
	"strconv"
	"strings"
)

// A ladder has the same rungs in each decade: numbers in [1, 10), growing. Rung 0 is the
// first one of 1 to 10.
type ladder struct {
	texts  []string // so that a rung is the number of a decimal text
	values []float64
}

// The ladders, from wide to narrow.
var (
	decades = newLadder("1")
	coins   = newLadder("1", "2", "5")
	tenths  = newLadder("1", "1.2", "1.5", "2", "2.5", "3", "4", "5", "6", "8")
	digits2 = digits(10)
	digits3 = digits(100)
)

func newLadder(texts ...string) *ladder {
	l := &ladder{texts: texts}
	for _, t := range texts {
		l.values = append(l.values, parse(t))
	}
	return l
}

// digits returns the ladder of all numbers of as many digits as one has.
func digits(one int) *ladder {
	var texts []string
	for i := one; i < 10*one; i++ {
		t := strconv.Itoa(i)
		texts = append(texts, t[:1]+"."+t[1:])
	}
	return newLadder(texts...)
}

// parse returns the number of a decimal text of a ladder's. One beyond all numbers is 0 or
// infinite, as no rate is.
func parse(text string) float64 {
	v, _ := strconv.ParseFloat(text, 64)
	return v
}

// rung returns the number of a rung.
func (l *ladder) rung(i int) float64 {
	n := len(l.texts)
	decade := (i+n*1000)/n - 1000
	return parse(fmt.Sprintf("%se%d", l.texts[i-decade*n], decade))
}

// nearest returns the rung that has the least ratio to a number above 0.
func (l *ladder) nearest(v float64) int {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, 64), "e")
	decade, _ := strconv.Atoi(exponent)
	m := parse(mantissa)
	best, least := len(l.values), ratio(10, m) // the first rung of the next decade
	for i, v := range l.values {
		if r := ratio(v, m); r < least {
			best, least = i, r
		}
	}
	return decade*len(l.values) + best
}

// ratio returns by which factor two positive numbers differ.
func ratio(a, b float64) float64 { return max(a/b, b/a) }
