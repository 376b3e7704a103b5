package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/seed63264101/steepest/kernels"
)

// A speed is a line of bench/report's JSON. What is null there is 0 here.
type speed struct {
	CPU     string
	Op      string
	Type    string
	Level   string
	N       int
	Place   string
	NS      float64
	GBps    float64
	GFlops  float64
	Limit   float64
	Naive   float64
	Gonum   float64
	Probe   string
	Ceiling float64
}

// multiplyAdds is the probe whose ceiling is no bandwidth.
const multiplyAdds = "MultiplyAdds"

// speeds reads a report and returns the lines of the type and level that are asked for.
func (o *options) speeds(data []byte) ([]speed, error) {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("-in %q: %w", o.in, fmt.Errorf(format, args...))
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, bad("nothing was measured")
	}
	var all []speed
	cpu := ""
	for i, line := range bytes.Split(bytes.TrimSpace(data), []byte("\n")) {
		var s speed
		if err := json.Unmarshal(line, &s); err != nil {
			return nil, bad("line %d: %w", i+1, err)
		}
		if s.CPU == "" || s.Op == "" || s.Place == "" || !(s.NS > 0) {
			return nil, bad("line %d: want the keys cpu, op, place and ns, as bench/report -json writes them", i+1)
		}
		if cpu = cmp.Or(cpu, s.CPU); s.CPU != cpu {
			return nil, bad("line %d: measured on %s, and what is before it on %s", i+1, s.CPU, cpu)
		}
		if s.Type == o.typ {
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("-type %s: not measured", o.typ)
	}
	level, err := o.chooseLevel(all)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(s speed) bool { return s.Level != level })
	if o.title == "" {
		o.title = fmt.Sprintf("%s, %s, %s", cpu, level, map[string]string{"f32": "float32", "f64": "float64"}[o.typ])
	}
	return all, nil
}

// chooseLevel returns the level that is asked for, or the widest one.
func (o *options) chooseLevel(all []speed) (string, error) {
	var levels []kernels.Level
	for _, s := range all {
		l, err := kernels.ParseLevel(s.Level)
		if err != nil {
			return "", fmt.Errorf("-in %q: %w", o.in, err)
		}
		if s.Level == o.level {
			return o.level, nil
		}
		if !slices.Contains(levels, l) {
			levels = append(levels, l)
		}
	}
	if o.level != "" {
		return "", fmt.Errorf("-level %q: measured are %v", o.level, levels)
	}
	return slices.Max(levels).String(), nil
}

// chosen returns the names of the operations to draw, in their order.
func (o *options) chosen(all []speed) ([]string, error) {
	var names []string
	for _, s := range all {
		if !slices.Contains(names, s.Op) {
			names = append(names, s.Op)
		}
	}
	chosen := slices.DeleteFunc(slices.Clone(names), func(op string) bool { return !o.ops.MatchString(op) })
	if len(chosen) == 0 {
		return nil, fmt.Errorf("-ops %q matches none of %s", o.ops, strings.Join(names, ", "))
	}
	return chosen, nil
}

// products are the names of matrix products.
var products = regexp.MustCompile(`^Gemm/(..)/(\d+)x(\d+)x(\d+)$`)

// label returns an operation's name as it stands in a picture: Gemm 256 is a product of
// squares.
func label(op string) string {
	m := products.FindStringSubmatch(op)
	switch {
	case m == nil:
		return strings.Replace(op, "/", " ", 1)
	case m[1] == "NN" && m[2] == m[3] && m[3] == m[4]:
		return "Gemm " + m[2]
	}
	return fmt.Sprintf("Gemm %s %sx%sx%s", m[1], m[2], m[3], m[4])
}
