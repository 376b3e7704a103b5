package race

import (
	"fmt"
	"strconv"
	"strings"
)

// A ladder has the same rungs in each decade: numbers in [1, 10) as decimal text, growing.
// Rung 0 is the first one of 1 to 10.
type ladder []string

// The ladders, from wide to narrow.
var (
	decades = ladder{"1"}
	coins   = ladder{"1", "2", "5"}
	tenths  = ladder{"1", "1.2", "1.5", "2", "2.5", "3", "4", "5", "6", "8"}
	digits2 = digits(1)
	digits3 = digits(2)
)

// digits returns the ladder of all numbers with so many digits behind the point.
func digits(n int) (l ladder) {
	one := 1
	for range n {
		one *= 10
	}
	for i := one; i < 10*one; i++ {
		text := strconv.Itoa(i)
		l = append(l, text[:1]+"."+text[1:])
	}
	return l
}

// rung returns the number of a rung.
func (l ladder) rung(i int) float64 {
	decade := i / len(l)
	if i < 0 {
		decade = -((len(l) - 1 - i) / len(l))
	}
	v, err := strconv.ParseFloat(fmt.Sprintf("%se%d", l[i-decade*len(l)], decade), 64)
	if err != nil { // beyond all numbers, as no rate is
		return 0
	}
	return v
}

// nearest returns the rung that has the least ratio to a number above 0.
func (l ladder) nearest(v float64) int {
	_, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, 64), "e")
	decade, _ := strconv.Atoi(exponent)
	best := decade * len(l)
	for i := best; i <= best+len(l); i++ {
		if ratio(l.rung(i), v) < ratio(l.rung(best), v) {
			best = i
		}
	}
	return best
}

// ratio returns by which factor two positive numbers differ.
func ratio(a, b float64) float64 { return max(a/b, b/a) }
