package optim

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed63264101/steepest/kernels"
)

// goldenFile returns the path of torch.json: beside the data directory that
// STEEPEST_DATA names, or in ../shared seen from the project's root.
func goldenFile() string {
	if data := os.Getenv("STEEPEST_DATA"); data != "" {
		return filepath.Join(data, "..", "golden", "torch.json")
	}
	return filepath.Join("..", "..", "shared", "golden", "torch.json")
}

type goldenCase struct {
	Optimizer  string
	Options    map[string]any
	DType      string
	Initial    []float64
	Gradients  [][]float64
	Parameters [][]float64
}

// leftOut names torch's optimizers that this package does not have.
var leftOut = map[string]bool{
	"Adagrad": true, "RMSprop": true, "Adadelta": true, "Adamax": true, "NAdam": true, "RAdam": true,
}

// rule returns the case's rule, or nil and the reason for leaving it out. An
// optimizer or an option that it does not know is an error, so that no case is
// lost silently.
func (c goldenCase) rule() (rule Rule, omitted string, err error) {
	if leftOut[c.Optimizer] {
		return nil, "no rule " + c.Optimizer, nil
	}
	seen := 0
	number := func(name string, missing float64) float64 {
		v, ok := c.Options[name].(float64)
		if !ok {
			return missing
		}
		seen++
		return v
	}
	flag := func(name string) bool {
		v, ok := c.Options[name].(bool)
		if ok {
			seen++
		}
		return v
	}
	if flag("amsgrad") {
		return nil, "no amsgrad", nil
	}
	lr, maximize := number("lr", -1), flag("maximize")
	switch c.Optimizer {
	case "SGD":
		mu, decay := number("momentum", 0), number("weight_decay", 0)
		if mu == 0 {
			rule = SGD{LR: lr, WeightDecay: decay, Maximize: maximize}
			break
		}
		rule = Momentum{LR: lr, Momentum: mu, Dampening: number("dampening", 0), Nesterov: flag("nesterov"),
			WeightDecay: decay, Maximize: maximize}
	case "Adam", "AdamW":
		r := AdamW(NewAdam(lr))
		if c.Optimizer == "AdamW" {
			r = NewAdamW(lr)
		}
		if betas, ok := c.Options["betas"].([]any); ok {
			r.Beta1, r.Beta2 = betas[0].(float64), betas[1].(float64)
			seen++
		}
		r.Eps, r.WeightDecay, r.Maximize = number("eps", r.Eps), number("weight_decay", r.WeightDecay), maximize
		rule = r
		if c.Optimizer == "Adam" {
			rule = Adam(r)
		}
	default:
		return nil, "", fmt.Errorf("optimizer %q is neither run nor listed as left out", c.Optimizer)
	}
	if seen != len(c.Options) {
		return nil, "", fmt.Errorf("%s: %d of the options %v understood", c.Optimizer, seen, c.Options)
	}
	return rule, "", nil
}

func TestTorchTrajectories(t *testing.T) {
	raw, err := os.ReadFile(goldenFile())
	if os.IsNotExist(err) {
		t.Skipf("no trajectories here: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []goldenCase }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}

	ran := map[string]int{}
	var omitted []string
	for i, c := range file.Cases {
		name := fmt.Sprintf("%d/%s/%v/%s", i, c.Optimizer, c.Options, c.DType)
		rule, why, err := c.rule()
		switch {
		case err != nil:
			t.Errorf("case %d: %v", i, err)
			continue
		case rule == nil:
			omitted = append(omitted, fmt.Sprintf("%s: %s", name, why))
			continue
		}
		t.Run(name, func(t *testing.T) {
			switch c.DType {
			case "float32":
				runGolden[float32](t, rule, c, 2e-6)
			case "float64":
				runGolden[float64](t, rule, c, 1e-12)
			default:
				t.Fatalf("unknown dtype %q", c.DType)
			}
		})
		ran[rule.Name()+" "+c.DType]++
	}
	for _, rule := range []string{"SGD", "Momentum", "Adam", "AdamW"} {
		for _, dtype := range []string{"float32", "float64"} {
			if ran[rule+" "+dtype] == 0 {
				t.Errorf("no trajectory of %s in %s was run", rule, dtype)
			}
		}
	}
	t.Logf("run: %v", ran)
	for _, o := range omitted {
		t.Logf("left out: %s", o)
	}
}

func runGolden[T kernels.Float](t *testing.T, rule Rule, c goldenCase, tol float64) {
	if len(c.Gradients) == 0 || len(c.Parameters) != len(c.Gradients) {
		t.Fatalf("%d gradients, %d parameters", len(c.Gradients), len(c.Parameters))
	}
	p := to[T](c.Initial)
	opt := mustNew(t, rule, []Param[T]{{"p", p}})
	for step, g := range c.Gradients {
		mustStep(t, opt, [][]T{to[T](g)})
		if worst := deviation(p, c.Parameters[step]); !(worst <= tol) {
			t.Fatalf("step %d: off by %.3g of the largest parameter, want at most %g", step+1, worst, tol)
		}
	}
}
