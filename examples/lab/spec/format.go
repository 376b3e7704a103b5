package spec

import (
	"slices"
	"strings"
)

// Format returns the canonical text, which is that of all experiments with the same meaning.
// It has no keys whose values are the defaults, and none that Parse complains about.
func (s *State) Format() string {
	usual := Default()
	var parts []string
	for _, k := range keys {
		values := k.format(s)
		if !slices.Equal(values, k.format(usual)) {
			for _, v := range values {
				parts = append(parts, k.name+"="+v)
			}
		}
		if k.name == "f" { // whose start is the default
			usual.Surface, usual.Start = s.Surface, s.Surface.Kind.Start
		}
	}
	return strings.Join(parts, "&")
}
