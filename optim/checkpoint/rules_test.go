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
