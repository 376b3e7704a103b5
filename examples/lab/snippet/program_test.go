package snippet

import (
	"bytes"
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/examples/lab/race"
	"github.com/seed63264101/steepest/examples/lab/spec"
	"github.com/seed63264101/steepest/examples/lab/tour"
)

// experiments have every rule and method, both types, and each of what a run may have, alone and
// with others: shapes, averages, schedules that observe, mini-batches, runs that diverge or cannot
// start.
var experiments = []string{
	"f=parabola&type=f64&at=0.1&steps=9&run=SGD(LR=3)&run=Newton&run=Preconditioned&run=LBFGS&run=Adafactor&run=RowAdagrad",
	"at=-1.3,1.1&run=SGD(Schedule=Warmup(Then=Plateau(Factor=0.9,Patience=0,Threshold=0.001)),ClipNorm=1)&run=Momentum(Nesterov=1,ClipValue=2)&run=SGD(L1=0.1,Lower=-1.5)&run=SGD(Upper=1.5)&run=Adagrad&run=RMSprop",
	"f=quadratic(Condition=50,Angle=30)&run=ScheduleFreeAdamW&run=AdamW&run=Adadelta&run=Adamax&run=NAdam&run=RAdam",
	"f=beale&type=f64&run=AdaBelief&run=Lion&run=FTRL(L1=0.01)&run=LARS&run=LAMB&run=Prodigy",
	"f=rastrigin&run=SGD(LR=3)&run=Newton(Damping=1,Absolute=1)&run=LBFGS&run=Preconditioned(Full=1)&run=NaturalGradient&run=Muon",
	"f=regression(Samples=21)&batch=4&seed=7&run=Adam(Schedule=Sequence(Schedules=(Cosine,OneCycle),Milestones=(100)))&run=NaturalGradient&run=LBFGS&run=ScheduleFreeAdamW&run=RowAdagrad&run=Newton",
	"f=logistic(Samples=30)&type=f64&run=SGD(Schedule=Plateau(Patience=2,Threshold=0.1))&run=NaturalGradient(LR=0.5)&run=SGD(LR=1e9)&steps=60",
	"steps=60&run=Adam(State=bfloat16)&run=Adam(State=int8,Params=bfloat16,RoundingSeed=5)&run=Momentum(Params=split)&run=Lion(State=int8,Params=split)&run=SGD(Params=bfloat16,ClipNorm=1)&run=Muon",
	"f=regression&batch=5&steps=60&run=AdamW(State=int8,Lower=-1)&run=RMSprop(State=bfloat16,Params=bfloat16)",
	"f=network(Data=circles,Samples=30)&steps=30&batch=8&run=Adam(State=int8,Params=bfloat16)&run=AdamW(State=bfloat16,Params=split,RoundingSeed=2)&run=Lion(State=int8)&run=SGD",
	"f=network(Data=xor,Hidden=(4),Samples=30)&steps=40&batch=8&seed=3&run=Adam&run=ScheduleFreeAdamW(Schedule=Cosine,ClipNorm=0.5)&run=Muon&run=SGD(Lower=-1)",
}

// hashOf returns the lab's hash of an experiment.
func hashOf(t *testing.T, s *spec.State) string {
	t.Helper()
	if s.Network == nil {
		r, err := race.Run(s)
		if err != nil {
			t.Fatal(err)
		}
		return r.Hash
	}
	trainer, err := s.Trainer()
	if err != nil {
		t.Fatal(err)
	}
	for !trainer.Done() {
		trainer.Advance()
	}
	return trainer.Hash()
}

func programOf(t *testing.T, text string) (*spec.State, string) {
	t.Helper()
	s, _ := spec.Parse(text)
	s = race.Tuned(s)
	code, err := Program(s)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	formatted, err := format.Source([]byte(code))
	if err != nil {
		t.Fatalf("%s: %v\n%s", text, err, code)
	}
	want := strings.Split(string(formatted), "\n")
	for i, line := range strings.Split(code, "\n") {
		if i >= len(want) || line != want[i] {
			t.Fatalf("%s: line %d is %q, not as gofmt has it", text, i+1, line)
		}
	}
	return s, code
}

// TestFormatted: programs of random experiments are formatted.
func TestFormatted(t *testing.T) {
	for seed := range uint64(60) {
		text := spec.Random(2 * seed)
		if s, _ := spec.Parse(text); !s.Best {
			programOf(t, text)
		}
	}
}

// TestExperiments: they have all methods.
func TestExperiments(t *testing.T) {
	for _, m := range spec.Methods() {
		if !strings.Contains(strings.Join(experiments, "&")+"&", "run="+m.Name) {
			t.Errorf("no %s", m.Name)
		}
	}
}

// TestBest: the rates must have been found.
func TestBest(t *testing.T) {
	s, _ := spec.Parse("rates=best")
	if _, err := Program(s); err == nil {
		t.Error("no error")
	}
}

// TestPrograms: programs of the experiments above and of the tour's compile in a module of one's
// own, pass vet, and print the lab's hash. Short tests have four of the tour's alone.
//
// They are packages of one program that calls them all, since linking takes longer than all else.
func TestPrograms(t *testing.T) {
	hashes := make(map[string]string) // as the tour says
	var texts []string
	for _, p := range tour.Presets() {
		hashes[p.Query] = p.Hash
		texts = append(texts, p.Query)
	}
	if testing.Short() {
		texts = []string{texts[1], texts[5], texts[len(texts)-2], texts[len(texts)-1]} // one parameter, schedules, a network, formats
	} else {
		texts = append(texts, experiments...)
	}
	arch, err := exec.Command("go", "env", "GOARCH").Output()
	if err != nil || strings.TrimSpace(string(arch)) != runtime.GOARCH {
		t.Skip("no go command for this machine")
	}
	dir := newModule(t)
	var imports, calls strings.Builder
	var want []string
	for i, text := range texts {
		s, code := programOf(t, text)
		hash := hashes[text]
		if hash == "" {
			hash = hashOf(t, s)
		}
		want = append(want, "hash "+hash)
		name := fmt.Sprintf("p%d", i)
		code = strings.Replace(code, "\npackage main\n", "\npackage "+name+"\n", 1)
		write(t, filepath.Join(dir, name, "main.go"), strings.Replace(code, "\nfunc main() {", "\nfunc Main() {", 1))
		fmt.Fprintf(&imports, "import %q\n", "descent/"+name)
		fmt.Fprintf(&calls, "\t%s.Main()\n", name)
	}
	write(t, filepath.Join(dir, "main.go"), "package main\n\n"+imports.String()+"\nfunc main() {\n"+calls.String()+"}\n")
	run(t, dir, "go", "build", "-gcflags=descent/...=-N -l", "-ldflags=-s -w", "-o", "descent", ".")
	run(t, dir, "go", "vet", "./p...")
	var got []string
	for line := range strings.Lines(run(t, dir, "./descent")) {
		if strings.HasPrefix(line, "hash ") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%d hashes of %d programs", len(got), len(want))
	}
	for i, text := range texts {
		if got[i] != want[i] {
			t.Errorf("%s: the program has %s, the lab %s", text, got[i], want[i])
		}
	}
}

// newModule returns the directory of a module that has this one's requirements and this one.
func newModule(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	const ours = "github.com/seed63264101/steepest"
	dir := t.TempDir()
	mod := strings.Replace(read("go.mod"), "module "+ours+"\n", "module descent\n", 1)
	write(t, filepath.Join(dir, "go.mod"), mod+"\nrequire "+ours+" v0.0.0\n\nreplace "+ours+" => "+root+"\n")
	write(t, filepath.Join(dir, "go.sum"), read("go.sum"))
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run returns what a command prints.
func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stderr = dir, &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, &stderr)
	}
	return string(out)
}
