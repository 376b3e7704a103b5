package optim_test

import (
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/opttest"
)

// An inMuon embeds a rule that chooses by shape, whose ForShape would return that rule.
type inMuon struct{ optim.Muon }

func (inMuon) Name() string { return "inMuon" }

// An inPointer embeds one deeper, and by pointer.
type inPointer struct{ *inMuon }

func (inPointer) Name() string { return "inPointer" }

// A withForShape embeds one and has a ForShape of its own.
type withForShape struct{ optim.Muon }

func (withForShape) Name() string { return "withForShape" }

func (r withForShape) ForShape(shape []int) (optim.Rule, error) {
	if len(shape) == 2 {
		return r, nil
	}
	return r.Muon.ForShape(shape)
}

// A matrixSGD embeds a rule that chooses nothing, and returns it for vectors.
type matrixSGD struct{ optim.SGD }

func (matrixSGD) Name() string { return "matrixSGD" }

func (r matrixSGD) ForShape(shape []int) (optim.Rule, error) {
	if len(shape) == 2 {
		return r, nil
	}
	return r.SGD, nil
}

// TestEmbeddedForShape: a promoted ForShape would put the embedded rule in the place of the
// struct, silently.
func TestEmbeddedForShape(t *testing.T) {
	params := func() []optim.Param[float64] {
		return []optim.Param[float64]{{Name: "w", Value: make([]float64, 4), Shape: []int{2, 2}}, {Name: "b", Value: make([]float64, 2)}}
	}
	muon := optim.NewMuon(0.1)
	for _, rule := range []optim.Rule{inMuon{muon}, inPointer{&inMuon{muon}}} {
		_, err := optim.New(rule, params())
		opttest.WantError(t, err, `"w"`, rule.Name(), "optim.Muon", "ForShape of its own")
		_, err = optim.New(optim.SGD{LR: 1}, params(), optim.WithGroup(func(string) bool { return true }, optim.GroupRule(rule)))
		opttest.WantError(t, err, `"w"`, rule.Name(), "optim.Muon", "ForShape of its own")
	}
	for rule, want := range map[optim.Rule][2]string{
		withForShape{muon}:          {"withForShape", "AdamW"},
		matrixSGD{optim.SGD{LR: 1}}: {"matrixSGD", "SGD"},
	} {
		groups := must(optim.New(rule, params())).Groups()
		if got := [2]string{groups[0].Rule.Name(), groups[1].Rule.Name()}; got != want {
			t.Errorf("%s chooses %q, want %q", rule.Name(), got, want)
		}
	}
}

// TestHiddenMethods: a rule that is embedded as an interface has only the methods of Rule,
// and its updater gets what it cannot work with.
func TestHiddenMethods(t *testing.T) {
	params := []optim.Param[float64]{{Name: "b", Value: make([]float64, 3)}}
	type inner struct{ optim.Rule }
	for _, c := range []struct {
		rule optim.Rule
		want string
	}{
		{inner{optim.NewMuon(0.1)}, "ForShape"},
		{struct{ inner }{inner{optim.NewMuon(0.1)}}, "ForShape"},
		{inner{optim.NewAdafactor(0.1)}, "StateLens"},
		{inner{meter{1}}, "Scratch"},
	} {
		_, err := optim.New(c.rule, params)
		opttest.WantError(t, err, c.rule.Name(), "interface", c.want)
	}
	must(optim.New(inner{optim.NewAdam(0.1)}, params))
}
