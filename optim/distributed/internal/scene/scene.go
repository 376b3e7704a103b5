// Package scene is a training on parameters of all kinds, for tests of several ranks.
package scene

import (
	"crypto/sha256"
	"math"
	"os"
	"path/filepath"

	"github.com/seed63264101/steepest/kernels"
	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
	"github.com/seed63264101/steepest/optim/checkpoint/regular"
	"github.com/seed63264101/steepest/optim/schedule"
)

const (
	seed  = 7
	block = kernels.BlockBytes / 4 // elements
)

// A spec is a parameter, and what its group has beside the others.
type spec struct {
	name   string
	len    int
	shape  []int
	bf16   bool
	rest   bool // has lower halves
	narrow bool // its gradients are bfloat16
	group  []optim.GroupOption
}

// specs are parameters of many blocks, of a few and of less than one; in all formats; of rules
// that work element by element, that measure their steps, and that need whole matrices.
var specs = []spec{
	{name: "table", len: 5*block + 17, group: []optim.GroupOption{optim.LRFactor(0.5), optim.WeightDecay(0.1)}},
	{name: "bias", len: 100},
	{name: "hidden", shape: []int{48, 100}, group: []optim.GroupOption{optim.GroupRule(optim.NewMuon(0.02))}},
	{name: "eight bits", len: 2*block + 300, narrow: true, group: []optim.GroupOption{optim.GroupStateFormat(optim.Int8)}},
	{name: "sixteen bits", len: block + block/2, group: []optim.GroupOption{optim.GroupStateFormat(optim.BFloat16), optim.GroupClipNorm(0.5)}},
	{name: "split", len: 30000, bf16: true, rest: true, group: []optim.GroupOption{optim.GroupStateFormat(optim.Int8)}},
	{name: "rounded", len: 20000, bf16: true, narrow: true},
	{name: "factored", shape: []int{64, 300}, group: []optim.GroupOption{optim.GroupRule(optim.NewAdafactor(0.01))}},
	{name: "measured", len: 2 * block, group: []optim.GroupOption{optim.GroupRule(optim.NewLAMB(0.01))}},
	{name: "scale", len: 1},
}

// A Model has parameters that are drawn to targets which are 0, by gradients with noise.
type Model struct {
	params []optim.Param[float32]
	noise  []float32 // of which each gradient has another part
	values []float32 // of a parameter of bfloat16
	wide   []float32 // the gradient of one whose gradient is bfloat16
}

// shifts is the number of parts of the noise.
const shifts = 4093

// New returns a model as it begins.
func New() *Model {
	m := &Model{}
	most := 0
	for i, s := range specs {
		for _, n := range s.shape {
			s.len = max(1, s.len) * n
		}
		x := make([]float32, s.len)
		kernels.Normal(x, 0, 1, kernels.Philox{Seed: seed, Stream: uint64(i)})
		p := optim.Param[float32]{Name: s.name, Value: x, Shape: s.shape}
		if s.bf16 {
			p.BF16, p.Value = make([]kernels.BFloat16, s.len), nil
			kernels.RoundBF16(p.BF16, x)
		}
		if s.rest {
			p.Rest = make([]int16, s.len)
		}
		m.params = append(m.params, p)
		most = max(most, s.len)
	}
	m.noise, m.values, m.wide = make([]float32, most+shifts), make([]float32, most), make([]float32, most)
	kernels.Normal(m.noise, 0, 3, kernels.Philox{Seed: seed, Stream: uint64(len(specs))})
	return m
}

// Optimizer returns one of all kinds of options. transport is nil in a process alone.
func (m *Model) Optimizer(transport optim.Transport, micro, steps int) (*optim.Optimizer[float32], error) {
	opts := []optim.Option{
		optim.WithSchedule(schedule.Warmup{Steps: 5, StartFactor: 0.2, Then: schedule.Cosine{TMax: steps}}),
		optim.WithLossScaler(optim.LossScaler{Init: 1024, Growth: 2, Backoff: 0.5, Interval: 7}),
		optim.ClipNorm(20), optim.WithRoundingSeed(seed), optim.Workers(2),
		optim.WithReductionOrder(optim.ReduceTree),
	}
	if transport != nil {
		opts = append(opts, optim.Distributed(transport, micro))
	}
	for _, s := range specs {
		if s.group != nil {
			opts = append(opts, optim.WithGroup(func(name string) bool { return name == s.name }, s.group...))
		}
	}
	return optim.New(optim.NewAdamW(0.02), m.params, opts...)
}

// NewGradients returns room for those of a micro-batch.
func (m *Model) NewGradients() *optim.Gradients[float32] {
	g := &optim.Gradients[float32]{Dense: make([][]float32, len(specs)), BF16: make([][]kernels.BFloat16, len(specs))}
	for i, p := range m.params {
		if specs[i].narrow {
			g.BF16[i] = make([]kernels.BFloat16, p.Len())
		} else {
			g.Dense[i] = make([]float32, p.Len())
		}
	}
	return g
}

// Gradient stores the gradients of a micro-batch by its number in the call: of half the squared
// distance to the target, and noise, times the loss scale. Every tenth call has one that is
// infinite, in another micro-batch each time.
func (m *Model) Gradient(g *optim.Gradients[float32], call, number, micro int, scale float64) {
	for i, p := range m.params {
		d, x := g.Dense[i], p.Value
		if d == nil {
			d = m.wide[:p.Len()]
		}
		if x == nil {
			x = m.values[:p.Len()]
			kernels.WidenBF16(x, p.BF16)
		}
		shift := (call*131 + number*37 + i*11) % shifts
		kernels.Add(d, x, m.noise[shift:][:len(d)])
		kernels.Scal(float32(scale), d)
		if call%10 == 9 && number == call/10%micro && i == (call/10*3)%len(specs) {
			d[len(d)/2] = float32(math.Inf(1))
		}
		if g.Dense[i] == nil {
			kernels.RoundBF16(g.BF16[i], d)
		}
	}
}

// Hash returns the hash of the file that a snapshot makes: of all bits in it.
func Hash(s *optim.Snapshot[float32]) ([]byte, error) {
	dir, err := os.MkdirTemp("", "scene")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "end")
	if err := checkpoint.Write(path, s); err != nil {
		return nil, err
	}
	file, err := regular.ReadFile(path)
	sum := sha256.Sum256(file)
	return sum[:], err
}
