package train

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
)

func (s *scene[T]) note(format string, args ...any) {
	s.log = append(s.log, fmt.Sprintf(format, args...))
}

// flush writes down what the objective was called for in the last step, if that was taken: all
// parts together, as their order is not fixed.
func (s *scene[T]) flush() {
	if len(s.parts) == 0 || s.step >= s.opt.Iterations() {
		return
	}
	var samples []int
	for i, b := range s.parts {
		if b.Part != i || b.Parts != len(s.parts) || b.Step != s.parts[0].Step || b.Epoch != s.parts[0].Epoch {
			s.note("parts that do not belong together: %v", s.parts)
		}
		samples = append(samples, b.Samples...)
	}
	b := s.parts[0]
	s.note("objective %d, epoch %d, %d parts, %v | at %v", b.Step, b.Epoch, b.Parts, samples, s.seen)
	s.parts = nil
}

// call writes down a call of the objective.
func (s *scene[T]) call(b Batch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.Part == b.Parts-1 { // others are accumulated already
		if err := s.cut("objective", b.Step+1); err != nil {
			return err
		}
	}
	s.flush()
	s.step = b.Step
	if len(s.parts) != b.Parts {
		s.parts = make([]Batch, b.Parts)
	}
	s.seen = s.seen[:0]
	for _, v := range s.values {
		s.seen = append(s.seen, slices.Clone(v))
	}
	if b.Worker < 0 || b.Worker >= max(1, s.o.Workers) {
		s.note("worker %d of %d", b.Worker, s.o.Workers)
	}
	s.parts[b.Part] = b
	return nil
}

// objective is noisy, and at times not finite.
func (s *scene[T]) objective(seed uint64, b Batch, g *optim.Gradients[T]) (float64, error) {
	if err := s.call(b); err != nil {
		g.Dense[0][0] = 7 // nobody must use it
		return 0, err
	}
	mean := 0.0
	for i, j := range b.Samples {
		mean += float64(i+1) * float64(j) / 100
	}
	rng := rand.New(rand.NewPCG(seed, 100*uint64(b.Step+1)+uint64(b.Part)))
	scale := s.opt.LossScale()
	add := func(g, values []T) {
		for j, x := range values {
			g[j] += T(scale * (0.5*float64(x) + mean + 0.2*rng.NormFloat64()))
		}
	}
	for i, v := range s.values {
		if i < 2 {
			add(g.Dense[i], v)
			continue
		}
		for range rng.IntN(4) {
			row := rng.IntN(4)
			add(g.Rows[i].Add(row), v[3*row:][:3])
		}
	}
	loss := 2/(1+0.2*float64(b.Step)) + 0.3*rng.NormFloat64() + mean
	switch rng.IntN(8 * b.Parts) {
	case 0:
		g.Dense[1][rng.IntN(30)] = T(math.Inf(1))
	case 1:
		loss = math.NaN()
	}
	return loss, nil
}

// validate is the mean square of the parameters, noisy and at times NaN.
func (s *scene[T]) validate(seed uint64) (float64, error) {
	s.flush()
	n := s.opt.Iterations()
	if err := s.cut("validate", n); err != nil {
		return 0, err
	}
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	metric := 0.3 * rng.NormFloat64()
	for _, v := range s.values {
		for _, x := range v {
			metric += float64(x*x) / 35
		}
	}
	if rng.IntN(10) == 0 {
		metric = math.NaN()
	}
	s.note("validate after %d | %v at %v", n, metric, s.values)
	return metric, nil
}

// fit runs the scene to its end, or to where it is cut.
func (s *scene[T]) fit() (FitResult, error) { return s.fitWith(context.Background()) }

func (s *scene[T]) fitWith(ctx context.Context) (FitResult, error) {
	r, err := s.Fit(ctx)
	s.flush()
	return r, err
}

// ended returns everything that is to be equal at the end of a run.
func (s *scene[T]) ended(t *testing.T, r FitResult, err error) string {
	t.Helper()
	r.Resumed, r.Saved = 0, 0
	text := fmt.Sprintf("result %#v, error %v, parameters %v\n", r, err, s.values)
	s.opt.TrainMode()
	saved, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	about, err := json.Marshal(saved)
	if err != nil {
		t.Fatal(err)
	}
	text += string(about)
	for _, p := range saved.Params {
		text += fmt.Sprintf("\n%v %v", p.Value, p.State)
	}
	for _, p := range saved.Run {
		text += fmt.Sprintf("\n%v", p.Vectors)
	}
	return text
}

// checkCounts checks what a run that was not cut has counted: every batch comes once, with its
// samples; every ValidateEvery-th iteration is validated; and every ProgressEvery-th is told,
// where 0 is an epoch.
func (s *scene[T]) checkCounts(t *testing.T, seed uint64) {
	t.Helper()
	var got, want []string
	for _, event := range s.log {
		got = append(got, strings.Split(event, " | ")[0])
	}
	validates, tells, n := s.asked.ValidateEvery, max(1, s.asked.ProgressEvery), s.opt.Iterations()
	if b := s.asked.Batches; b != nil {
		if validates == 0 && s.asked.Validate != nil {
			validates = b.PerEpoch()
		}
		if s.asked.ProgressEvery == 0 {
			tells = b.PerEpoch()
		}
	}
	for i := range n {
		want = append(want, s.batchOf(i))
		if s.open && i+1 == n {
			break // the loss that diverged is the end
		}
		validated := validates > 0 && (i+1)%validates == 0
		if validated {
			want = append(want, fmt.Sprintf("validate after %d", i+1))
		}
		if validated || (i+1)%tells == 0 {
			want = append(want, fmt.Sprintf("progress %d", i+1))
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("seed %d: counted\n%q, want\n%q", seed, got, want)
	}
}

// batchOf says what the objective must be called for in a step.
func (s *scene[T]) batchOf(step int) string {
	epoch, parts, samples := 0, max(1, s.o.MicroBatches), []int(nil)
	if b := s.o.Batches; b != nil {
		order := make([]int, b.Samples)
		for per := (b.Samples + b.Size - 1) / b.Size; ; epoch++ {
			if b.DropLast {
				per = b.Samples / b.Size
			}
			if step-epoch*per >= per {
				continue
			}
			kernels.Permutation(order, b.Seed, uint64(epoch))
			if b.InOrder {
				slices.Sort(order)
			}
			first := (step - epoch*per) * b.Size
			samples = order[first:min(first+b.Size, b.Samples)]
			break
		}
		parts = min(parts, len(samples))
	}
	return fmt.Sprintf("objective %d, epoch %d, %d parts, %v", step, epoch, parts, samples)
}

// again ends the scene, and enters it once more: it must not go on.
func (s *scene[T]) again(t *testing.T, seed uint64, r FitResult, err error) string {
	t.Helper()
	end := s.ended(t, r, err)
	if err != nil {
		return end
	}
	saved, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	next := newScene[T](t, seed, 0)
	if err := next.Restore(copySnapshot(t, saved)); err != nil {
		t.Fatal(err)
	}
	r, err = next.fit()
	if len(next.log) > 0 {
		t.Fatalf("seed %d: a run that has ended goes on: %v", seed, next.log)
	}
	return next.ended(t, r, err)
}
