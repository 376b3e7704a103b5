package train

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/kernels/kerneltest"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/opttest"
)

// A packedScene is a training of parameters in bfloat16, one of them split, beside one in
// float32, towards targets.
type packedScene struct {
	params  []optim.Param[float32]
	targets [][]float32
}

func newPackedScene() *packedScene {
	rng := rand.New(rand.NewPCG(81, 82))
	s := &packedScene{targets: opttest.Random[float32](rng, 2000, 1300, 70)}
	for i, v := range opttest.Random[float32](rng, 2000, 1300, 70) {
		p := optim.Param[float32]{Name: fmt.Sprintf("p%d", i)}
		if i == 2 {
			p.Value = v
		} else {
			p.BF16 = make([]kernels.BFloat16, len(v))
			kernels.RoundBF16(p.BF16, v)
		}
		s.params = append(s.params, p)
	}
	s.params[1].Rest = make([]int16, 1300)
	return s
}

// distance returns the distance from the targets, as a metric.
func (s *packedScene) distance() (float64, error) {
	sum := 0.0
	for i, p := range copiesOf(s.params) {
		sum += kernels.SquaredError(make([]float32, len(p.Value)), nil, p.Value, s.targets[i], 1)
	}
	return sum, nil
}

// objective returns what gives gradients that are bfloat16 numbers, as bfloat16 or as float32.
// The samples add to them.
func (s *packedScene) objective(wide bool) Objective[float32] {
	return func(b Batch, g *optim.Gradients[float32]) (float64, error) {
		loss := 0.0
		for i, p := range copiesOf(s.params) {
			d := make([]float32, len(p.Value))
			loss += kernels.SquaredError(d, nil, p.Value, s.targets[i], 1)
			for _, sample := range b.Samples {
				d[sample%len(d)] += float32(sample) / 64
			}
			narrow := make([]kernels.BFloat16, len(d))
			kernels.RoundBF16(narrow, d)
			switch {
			case wide:
				kernels.WidenBF16(d, narrow)
				g.Dense[i], g.BF16[i] = d, nil
			case i == 2: // float32 parameters have gradients of float32 unless one says else
				g.Dense[i], g.BF16[i] = nil, narrow
			default:
				copy(g.BF16[i], narrow)
			}
		}
		return loss, nil
	}
}

// run returns a run with all that keeps parameters.
func (s *packedScene) run(t *testing.T, wide bool, limit, workers int) *Run[float32] {
	t.Helper()
	opt := mustNew(t, optim.NewAdamW(0.05), s.params, optim.WithStateFormat(optim.BFloat16), optim.WithRoundingSeed(9), optim.ClipNorm(50))
	early, err := NewEarlyStopping(s.params, Patience{Checks: 100})
	if err != nil {
		t.Fatal(err)
	}
	ema, err := NewEMA(s.params, 0.75)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewRun(opt, s.objective(wide), FitOptions[float32]{
		Batches: &Batches{Samples: 50, Size: 11, Seed: 3}, MicroBatches: 3, Workers: workers,
		Stop: []StopRule{StepLimit(limit), early}, Average: ema, Validate: s.distance, ValidateEvery: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func mustFit(t *testing.T, r *Run[float32]) FitResult {
	t.Helper()
	result, err := r.Fit(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func snapshotOf(t *testing.T, r *Run[float32]) *optim.Snapshot[float32] {
	t.Helper()
	s, err := r.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestFitBFloat16: a run whose objective gives gradients of bfloat16, in parts of which each has
// its share, ends where one ends that is given them as float32, whatever the number of workers
// and also if it is saved and resumed on the way.
func TestFitBFloat16(t *testing.T) {
	s := newPackedScene()
	before, _ := s.distance()
	r := s.run(t, true, 13, 1)
	want := mustFit(t, r)
	end := snapshotOf(t, r)
	if after, _ := s.distance(); !(after < before/2) {
		t.Fatalf("the distance was %v and is %v", before, after)
	}
	for workers := 1; workers <= 3; workers++ {
		s = newPackedScene()
		r = s.run(t, false, 4+workers, workers)
		mustFit(t, r)
		saved := snapshotOf(t, r)
		s = newPackedScene()
		r = s.run(t, false, 13, 4-workers)
		if err := r.Restore(saved); err != nil {
			t.Fatal(err)
		}
		if got := mustFit(t, r); got.Loss != want.Loss || got.Metric != want.Metric {
			t.Errorf("%d workers: loss %v and metric %v, want %v and %v", workers, got.Loss, got.Metric, want.Loss, want.Metric)
		}
		if got := snapshotOf(t, r); !reflect.DeepEqual(got, end) {
			t.Errorf("%d workers: the run ends elsewhere", workers)
		}
	}
}

// TestFitBadBFloat16: lists of gradients of bfloat16 that are none are errors that name the
// parameter, also where a part has a share.
func TestFitBadBFloat16(t *testing.T) {
	for _, c := range []struct {
		spoil func(g *optim.Gradients[float32])
		want  []string
	}{
		{func(g *optim.Gradients[float32]) { g.BF16[0] = nil }, []string{`"p0"`, "nil"}},
		{func(g *optim.Gradients[float32]) { g.BF16 = g.BF16[:2] }, []string{"2 bfloat16 gradients"}},
		{func(g *optim.Gradients[float32]) { g.Dense = g.Dense[:1] }, []string{"1 gradients"}},
		{func(g *optim.Gradients[float32]) { g.BF16[1] = g.BF16[1][:5] }, []string{`"p1"`, "5 elements"}},
		{func(g *optim.Gradients[float32]) { g.BF16[2] = make([]kernels.BFloat16, 70) }, []string{`"p2"`, "Dense", "BF16"}},
	} {
		s := newPackedScene()
		r := s.run(t, false, 3, 1)
		r.f = func(b Batch, g *optim.Gradients[float32]) (float64, error) { c.spoil(g); return 1, nil }
		_, err := r.Fit(context.Background())
		wantError(t, err, c.want...)
	}
	r, err := NewRun(mustNew(t, optim.SGD{LR: 1}, named([][]float64{{1}})), func(b Batch, g *optim.Gradients[float64]) (float64, error) {
		g.Dense[0], g.BF16 = nil, [][]kernels.BFloat16{{1}}
		return 1, nil
	}, FitOptions[float64]{Stop: []StopRule{StepLimit(1)}, Batches: &Batches{Samples: 3, Size: 3}, MicroBatches: 2})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Fit(context.Background())
	wantError(t, err, `"p0"`, "bfloat16", "float64")
}

// TestAverageBFloat16: an average of bfloat16 parameters is that of the same numbers as
// float32. Swap gives them its nearest bfloat16, or all of it where they are split, and loses
// nothing.
func TestAverageBFloat16(t *testing.T) {
	s := newPackedScene()
	twins := copiesOf(s.params)
	a, err := NewEMA(s.params, 0.75)
	b, err2 := NewEMA(twins, 0.75)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	opt := mustNew(t, optim.NewAdam(0.1), s.params)
	grads := opt.NewGradients()
	for range 9 {
		if _, err := s.objective(true)(Batch{}, grads); err != nil {
			t.Fatal(err)
		}
		if _, err := opt.StepGradients(grads); err != nil {
			t.Fatal(err)
		}
		for i, p := range copiesOf(s.params) {
			copy(twins[i].Value, p.Value)
		}
		a.Update()
		b.Update()
		if !reflect.DeepEqual(a.Params(), b.Params()) {
			t.Fatal("the average is not that of the same numbers as float32")
		}
	}
	params, average := mustSnapshot(t, opt).Params, copiesOf(a.Params())
	a.Swap()
	for i, p := range copiesOf(s.params) {
		want := slices.Clone(average[i].Value)
		if i == 0 {
			for j, v := range want {
				want[j] = kernels.ToBFloat16(v).Float32()
			}
		}
		if !slices.Equal(p.Value, want) {
			t.Errorf("Swap does not give %s its average", p.Name)
		}
	}
	if !reflect.DeepEqual(a.Params(), twins) {
		t.Error("while they are swapped the averages are not the parameters")
	}
	a.Swap()
	if !reflect.DeepEqual(mustSnapshot(t, opt).Params, params) || !reflect.DeepEqual(a.Params(), average) {
		t.Error("a second Swap does not bring parameters and averages back")
	}
	if n := kerneltest.Allocations(5, func() { a.Update(); a.Swap(); a.Swap() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestEarlyStoppingBFloat16: the best parameters come back, with the lower halves.
func TestEarlyStoppingBFloat16(t *testing.T) {
	s := newPackedScene()
	e, err := NewEarlyStopping(s.params, Patience{Checks: 2})
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(83, 84))
	var best []optim.Param[float32]
	for _, metric := range []float64{3, 1, 2} {
		for i, v := range opttest.Random[float32](rng, 2000, 1300, 70) {
			storeValues(s.params[i], v)
		}
		if metric == 1 {
			best = copiesOf(s.params)
		}
		e.Observe(metric)
	}
	if !reflect.DeepEqual(e.Params(), best) {
		t.Error("Params are not the best values as float32")
	}
	if !e.Restore() || !reflect.DeepEqual(copiesOf(s.params), best) {
		t.Error("Restore does not bring back the best values")
	}
}

// TestFindRateBFloat16: the parameters get their values back.
func TestFindRateBFloat16(t *testing.T) {
	s := newPackedScene()
	s.params[1].Rest[5] = -77
	before := copiesOf(s.params)
	sweep := NewRateSweep()
	sweep.Steps = 20
	curve, err := FindRate(context.Background(), optim.NewAdam(1), s.params, s.objective(false), sweep)
	if err != nil || !(curve.Suggest > 0) {
		t.Fatalf("%+v, %v", curve, err)
	}
	if !reflect.DeepEqual(copiesOf(s.params), before) {
		t.Error("the parameters differ from before")
	}
}

// TestSweepBFloat16: runs must start with the same numbers, lower halves included, and may have
// them in formats of their own.
func TestSweepBFloat16(t *testing.T) {
	for name, spoil := range map[string]func(s *packedScene){
		"": func(s *packedScene) {
			s.params[0].Rest = make([]int16, len(s.params[0].BF16))
			s.params[1] = copiesOf(s.params)[1]
		},
		`"p0"`: func(s *packedScene) { s.params[0].BF16[1999] ^= 1 },
		`"p1"`: func(s *packedScene) { s.params[1].Rest[7]++ },
		`"p2"`: func(s *packedScene) { s.params[2].Value[0]++ },
	} {
		build := func(c Cell) (*Run[float32], error) {
			s := newPackedScene()
			if c.Number == 1 {
				spoil(s)
			}
			opt, err := optim.New(optim.NewAdam(c.LR), s.params)
			if err != nil {
				return nil, err
			}
			return NewRun(opt, s.objective(false), FitOptions[float32]{Stop: []StopRule{StepLimit(2)}})
		}
		_, err := Sweep(context.Background(), build, SweepOptions{Rates: []float64{0.1, 0.2}})
		if name != "" {
			wantError(t, err, "cell 1", name)
		} else if err != nil {
			t.Error(err)
		}
	}
}

// A packedSaver is a rule that keeps vectors of bfloat16, which no snapshot can hold.
type packedSaver struct{ StepLimit }

func (packedSaver) SaveState() (string, error) { return "", nil }
func (packedSaver) RestoreState(string) error  { return nil }
func (packedSaver) Params() []optim.Param[float32] {
	return []optim.Param[float32]{{Name: "mine", BF16: make([]kernels.BFloat16, 3)}}
}

func TestSaverBFloat16(t *testing.T) {
	s := newPackedScene()
	r := s.run(t, false, 1, 1)
	saved := snapshotOf(t, r)
	r.o.Stop = append(r.o.Stop, packedSaver{5})
	_, err := r.Snapshot()
	wantError(t, err, "packedSaver", `"mine"`, "BF16")
	wantError(t, r.Restore(saved), "packedSaver", `"mine"`, "BF16")
}
