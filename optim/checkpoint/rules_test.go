package checkpoint

import (
	"path/filepath"
	"reflect"
	"testing"

	"github.com/seed63264101/steepest/optim"
)

// TestRules: a file has the shapes, the rules of groups and state of other lengths than
// the parameter's, and an optimizer goes on from it.
func TestRules(t *testing.T) {
	build := func() *optim.Optimizer[float32] {
		w, v := make([]float32, 6), []float32{1, 2}
		for i := range w {
			w[i] = float32(i)
		}
		opt, err := optim.New(optim.NewAdafactor(0.1), []optim.Param[float32]{{Name: "w", Value: w, Shape: []int{3, 2}}, {Name: "v", Value: v}, {Name: "s", Value: []float32{3}}},
			optim.WithGroup(func(name string) bool { return name == "s" }, optim.GroupRule(optim.NewAdam(0.1))))
		if err != nil {
			t.Fatal(err)
		}
		return opt
	}
	step := func(opt *optim.Optimizer[float32]) *optim.Snapshot[float32] {
		if _, err := opt.Step([][]float32{{1, -1, 2, 0, 0, 3}, {1, -2}, {1}}); err != nil {
			t.Fatal(err)
		}
		s, err := opt.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	opt, again := build(), build()
	saved := step(opt)
	path := filepath.Join(t.TempDir(), "state")
	if err := Save(path, opt); err != nil {
		t.Fatal(err)
	}
	read, err := Read[float32](path)
	if err != nil {
		t.Fatal(err)
	}
	if p := read.Params; !reflect.DeepEqual(p[0].Shape, []int{3, 2}) || len(p[0].State[0].Value) != 3 || len(p[1].State[1].Value) != 0 || p[2].Rule != "Adam" {
		t.Errorf("read %+v, want %+v", p, saved.Params)
	}
	if err := Load(path, again); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(step(again), step(opt)) {
		t.Error("a resumed run differs")
	}
}

// TestShapes: tensors have the shapes of their parameters, what the rules and a run keep for
// them too if it is as long.
func TestShapes(t *testing.T) {
	w := []optim.Param[float32]{{Name: "w", Value: make([]float32, 6), Shape: []int{3, 2}}, {Name: "v", Value: make([]float32, 2)}}
	opt, err := optim.New(optim.NewAdafactor(0.1), w, optim.WithGroup(func(name string) bool { return name == "v" }, optim.GroupRule(optim.NewAdam(0.1))))
	if err != nil {
		t.Fatal(err)
	}
	if err := opt.Accumulate([][]float32{make([]float32, 6), make([]float32, 2)}); err != nil {
		t.Fatal(err)
	}
	s, err := opt.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	s.Run = []optim.RunSnapshot[float32]{{Vectors: []optim.StateSnapshot[float32]{{Name: "w", Value: make([]float32, 6)}, {Name: "other", Value: make([]float32, 6)}}}}
	s.ExtraVectors = []optim.StateSnapshot[float32]{{Name: "w", Value: make([]float32, 6)}}
	h, _, err := layout(s)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string][]int64)
	for _, x := range h.tensors {
		got[x.name] = x.shape
	}
	want := map[string][]int64{
		"model.w": {3, 2}, "state.w.row_var": {3}, "state.w.col_var": {2}, "state.w.variance": {0}, "grad.w": {3, 2},
		"model.v": {2}, "state.v.exp_avg": {2}, "state.v.exp_avg_sq": {2}, "grad.v": {2},
		"run.0.w": {3, 2}, "run.0.other": {6}, "extra.w": {6},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got the shapes %v, want %v", got, want)
	}
}
