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

// A choosesInner returns what it embeds on purpose.
type choosesInner struct{ optim.Muon }

func (choosesInner) Name() string { return "choosesInner" }

func (r choosesInner) ForShape(shape []int) (optim.Rule, error) { return r.Muon, nil }

// A choosesField has the rule that it returns for matrices in a field with a name.
type choosesField struct {
	optim.SGD
	matrices optim.Muon
}

func (choosesField) Name() string { return "choosesField" }

func (r choosesField) ForShape(shape []int) (optim.Rule, error) {
	if len(shape) == 2 {
		return r.matrices, nil
	}
	return r, nil
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
	_, err := optim.New(optim.Rule(choosesInner{muon}), params())
	opttest.WantError(t, err, `"w"`, "choosesInner", "optim.Muon", "or a rule that it does not embed")
	for rule, want := range map[optim.Rule][2]string{
		withForShape{muon}:                   {"withForShape", "AdamW"},
		matrixSGD{optim.SGD{LR: 1}}:          {"matrixSGD", "SGD"},
		choosesField{optim.SGD{LR: 1}, muon}: {"Muon", "choosesField"},
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

// TestHiddenGroupOptions: options of groups that ask an embedded rule are refused where nobody
// can, and no others.
func TestHiddenGroupOptions(t *testing.T) {
	params := []optim.Param[float64]{{Name: "b", Value: make([]float64, 3)}}
	type inner struct{ optim.Rule }
	all := func(string) bool { return true }
	for _, c := range []struct {
		rule optim.Rule
		opt  optim.Option
		want []string
	}{
		{inner{optim.NewAdamW(0.1)}, optim.WithoutDecay(all), []string{"WithDecay", "(WeightDecay)"}},
		{struct{ inner }{inner{optim.SGD{LR: 1}}}, optim.WithGroup(all, optim.WeightDecay(0.5)), []string{"WithDecay", "(WeightDecay)"}},
		{inner{optim.NewFTRL(0.1)}, optim.WithGroup(all, optim.L1(1)), []string{"CheckL1", "(L1)"}},
		{inner{optim.NewProdigy(1)}, optim.WithGroup(all, optim.L1(1)), []string{"CheckL1", "(L1)"}},
	} {
		_, err := optim.New(c.rule, params, c.opt)
		opttest.WantError(t, err, append(c.want, c.rule.Name(), "interface", `"b"`)...)
	}
	must(optim.New(inner{optim.NewFTRL(0.1)}, params, optim.WithoutDecay(all)))
	must(optim.New(inner{optim.NewAdamW(0.1)}, params, optim.WithGroup(all, optim.L1(1), optim.LRFactor(2))))
}
