package spec

import (
	"slices"
	"strings"

	"github.com/seed63264101/steepest/examples/lab/surface"
)

// Format returns the canonical text, which is that of all experiments with the same meaning.
// It has no keys whose values are the defaults, and none that Parse complains about.
func (s *State) Format() string {
	usual := s.usual()
	usual.Surface, usual.Network = Default().Surface, nil
	var parts []string
	for _, k := range keys {
		if k.Name != "f" {
			usual.Surface, usual.Network = s.Surface, s.Network // which says how other keys are written
		}
		values := k.format(s)
		if slices.Equal(values, k.format(usual)) {
			continue
		}
		for _, v := range values {
			parts = append(parts, k.Name+"="+v)
		}
	}
	return strings.Join(parts, "&")
}

// usual returns the experiment with the same objective and all else left at its default.
func (s *State) usual() *State {
	u := Default()
	u.Surface, u.Network, u.Start = s.Surface, s.Network, surface.Point{}
	if s.Network != nil {
		u.View.Tab = networkTab
	}
	if s.Surface != nil {
		u.Start = s.Surface.Kind.Start
	}
	return u
}
