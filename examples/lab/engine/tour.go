package engine

import (
	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/tour"
)

var tourHandlers = map[string]handler{"tour": answerTour}

// answerTour returns the presets of the tour, whatever the experiment is, and the machines that
// are known to give their hashes.
func answerTour(*Engine, *spec.State, string) (*Reply, error) {
	return &Reply{Value: struct {
		Presets  []tour.Preset `json:"presets"`
		Machines []string      `json:"machines"`
	}{tour.Presets(), tour.Machines}}, nil
}
