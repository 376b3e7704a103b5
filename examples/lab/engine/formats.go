package engine

import (
	"fmt"

	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
)

var formatHandlers = map[string]handler{"formats": answerFormats}

// A version is what the page says of a run in its formats, in float32, or rounded to nearest.
// Losses are text.
type version struct {
	Differ int    `json:"differ"` // first position that is not float32's, -1 for none
	Apart  int    `json:"apart"`  // first loss 1 % from float32's
	State  int    `json:"state"`  // bytes
	Params int    `json:"params"` // bytes
	Final  string `json:"final"`  // loss
	Note   string `json:"note"`
}

// A keptVector is one that a run keeps from step to step, by its name in optim; the parameters
// have none.
type keptVector struct {
	Name   string `json:"name"`
	Len    int    `json:"len"`
	Signed bool   `json:"signed"`
}

// answerFormats answers with the versions of a run that keeps something in 16 or 8 bits: in its
// formats, in float32, and in its formats rounded to nearest. Of version i there are loss/i,
// away/i, the distance from float32, and kept/i/v/e of each element e of each vector v, at each
// position.
func answerFormats(e *Engine, s *spec.State, args string) (*Reply, error) {
	s, run, err := e.chosenBy(s, args)
	if err != nil {
		return nil, err
	}
	all, err := race.Versions(s, run)
	if err != nil {
		return nil, err
	}
	r := &Reply{}
	versions := make([]version, len(all))
	var vectors []keptVector
	for i := range all {
		v := &all[i]
		versions[i] = version{v.Differ, v.Apart, v.State, v.Params, decimal(s, v.Loss[len(v.Loss)-1]), v.Note}
		r.Add64(fmt.Sprintf("loss/%d", i), v.Loss)
		r.Add64(fmt.Sprintf("away/%d", i), v.Away)
		vectors = vectors[:0]
		for k, trace := range v.Kept {
			vectors = append(vectors, keptVector{trace.Name, len(trace.Values), trace.Signed})
			for j, values := range trace.Values {
				r.Add64(fmt.Sprintf("kept/%d/%d/%d", i, k, j), values)
			}
		}
	}
	r.Value = struct {
		Versions []version    `json:"versions"`
		Vectors  []keptVector `json:"vectors"`
	}{versions, vectors}
	return r, nil
}
