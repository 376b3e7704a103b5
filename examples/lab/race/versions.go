package race

import (
	"errors"
	"math"

	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/surface"
	"github.com/seed63264101/steepest/optim"
)

// A Version is a run in formats of 16 or 8 bits, the same run in float32, or the first as it is
// where each step rounds to the nearest number of the format. That one is the control: a change
// of less than half of a last place is lost, in every step anew.
type Version struct {
	Path
	Away   []float64 // from the position of float32, at each of both
	Differ int       // first position that is not float32's, -1 if there is none
	Apart  int       // first one whose loss is not within apart of float32's, -1 if there is none

	State  int     // bytes
	Params int     // bytes
	Kept   []Trace // the parameters, and each vector of the rule's state
}

// A Trace has the values of a vector at each position, one slice for each element.
type Trace struct {
	Name   string // in optim; "" for the parameters
	Signed bool   // elements may be negative
	Values [][]float64
}

// The indices of what Versions returns.
const (
	Coded = iota
	Plain
	Nearest
)

// apart is the share of a loss by which another one differs from it visibly.
const apart = 0.01

// Versions returns the three versions of a run. It is an error if it has no format of fewer bits
// than float32, or cannot start.
func Versions(s *spec.State, run spec.Run) ([]Version, error) {
	if s.Surface == nil {
		return nil, errNetwork
	}
	if !run.Coded() {
		return nil, errors.New("the run keeps everything in the experiment's type")
	}
	coded, err := newDescent[float32](s, run)
	if err != nil {
		return nil, err
	}
	plain, err := newDescent[float32](s, run.Twin())
	if err != nil {
		return nil, err
	}
	control, err := newControl(s, run)
	if err != nil {
		return nil, err
	}
	versions := make([]Version, 3)
	for i, w := range []walker{coded, plain, control} {
		opt := []*optim.Optimizer[float32]{coded.opt, plain.opt, control.opt}[i]
		if versions[i], err = watch(s, run, w, opt); err != nil {
			return nil, err
		}
	}
	for i := range versions {
		versions[i].compare(&versions[Plain])
	}
	// The control keeps numbers of the formats in float32.
	versions[Nearest].State, versions[Nearest].Params = versions[Coded].State, versions[Coded].Params
	return versions, nil
}

// watch takes all steps of a version.
func watch(s *spec.State, run spec.Run, w walker, opt *optim.Optimizer[float32]) (v Version, err error) {
	r, err := begin(w)
	if err != nil {
		return v, err
	}
	v.Path = walk(s, r, run.LR, func() {
		var all *optim.Snapshot[float32]
		if all, err = opt.Snapshot(); err == nil {
			v.note(run.Rule, &all.Params[0])
		}
	})
	return v, err
}

// note adds what the optimizer keeps at a position.
func (v *Version) note(rule optim.Rule, p *optim.ParamSnapshot[float32]) {
	if v.Kept == nil {
		v.State, v.Params = bytesOf(p)
		v.Kept = append(v.Kept, Trace{Signed: true})
		for i, s := range p.State {
			v.Kept = append(v.Kept, Trace{Name: s.Name, Signed: signed(rule, i)})
		}
	}
	v.Kept[0].add(Parameters(p))
	for i := range p.State {
		v.Kept[1+i].add(Kept(p, i))
	}
}

func (t *Trace) add(x []float64) {
	if t.Values == nil {
		t.Values = make([][]float64, len(x))
	}
	for i, value := range x {
		t.Values[i] = append(t.Values[i], value)
	}
}

// compare compares the path with that in float32.
func (v *Version) compare(plain *Version) {
	v.Differ, v.Apart = -1, -1
	for i := range min(len(v.X), len(plain.X)) {
		away := length(surface.Point{X: v.X[i] - plain.X[i], Y: v.Y[i] - plain.Y[i]})
		v.Away = append(v.Away, away)
		if v.Differ < 0 && away != 0 {
			v.Differ = i
		}
		if limit := float64(apart * math.Abs(plain.Loss[i])); v.Apart < 0 && math.Abs(v.Loss[i]-plain.Loss[i]) > limit {
			v.Apart = i
		}
	}
}

// bytesOf returns how many bytes a snapshot's state has, and how many its parameters.
func bytesOf(p *optim.ParamSnapshot[float32]) (state, params int) {
	for _, s := range p.State {
		state += 4*len(s.Value) + 2*len(s.BF16) + len(s.Int8.Codes) + len(s.Int8.Exponents)
	}
	return state, 4*len(p.Value) + 2*len(p.BF16) + 2*len(p.Rest)
}
