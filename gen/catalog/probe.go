package catalog

import (
	"fmt"
	"slices"

	. "github.com/seed63264101/steepest/gen/vec"
)

// ProbeName returns the name of a kernel's limit probe: a kernel with the same
// streams and almost no arithmetic, which shows how fast the memory system alone
// would let it be. What goes over the rows of a matrix compares with passing over
// the matrix once. It is "" for strided kernels: their limit is one element at a
// time, not the memory.
func ProbeName(k *Kernel) string {
	if k.Strided() {
		return ""
	}
	switch k.Loop.(type) {
	case Product, Transposition, CopyRows:
		return "" // bound by arithmetic, see multiplyAdds, and by shuffles
	case Random:
		return "" // bound by arithmetic, too
	case Rows, Tree, RowDots, RowAxpys:
		return "Read1"
	case Outer:
		return "Move001"
	case RowReduce, ColumnReduce, Reduce, Search:
		name := "Read"
		for _, e := range memories(k) {
			in, _, _ := streams(k, e)
			name += fmt.Sprintf("%s%d", prefix(e), in)
		}
		return name
	}
	name := "Move"
	for _, e := range memories(k) {
		in, out, both := streams(k, e)
		name += fmt.Sprintf("%s%d%d%d", prefix(e), in, out, both)
	}
	return name
}

// memories lists the types that a kernel's streams have in memory; 0 is the kernel's own.
func memories(k *Kernel) []Elem {
	var all []Elem
	for _, p := range passed(k) {
		if !slices.Contains(all, p.Format.Elem) {
			all = append(all, p.Format.Elem)
		}
	}
	slices.Sort(all)
	return all
}

// prefix stands in a probe's name before the numbers of streams of a type in memory.
func prefix(e Elem) string {
	if e == 0 {
		return ""
	}
	return e.Suffix() + "x"
}

// streams counts the streams of a type in memory.
func streams(k *Kernel, of Elem) (in, out, both int) {
	for _, p := range passed(k) {
		if p.Format.Elem != of {
			continue
		}
		switch p.Kind {
		case In:
			in++
		case Out:
			out++
		case InOut:
			both++
		}
	}
	return in, out, both
}

// passed returns the streams that the loop passes over once: of a kernel of matrices these,
// beside which a vector counts for little.
func passed(k *Kernel) []Param {
	matrices := map[Kind]Kind{Matrix: In, OutMatrix: Out, InOutMatrix: InOut}
	var all []Param
	for _, p := range k.Params {
		if kind, ok := matrices[p.Kind]; ok {
			all = append(all, Param{Name: p.Name, Kind: kind})
		}
	}
	if all == nil {
		return k.Streams()
	}
	return all
}

// probes returns the limit probes of the kernels, each once.
func probes(kernels []*Kernel) []*Kernel {
	var all []*Kernel
	seen := map[string]bool{}
	for _, k := range kernels {
		name := ProbeName(k)
		if name == "" || seen[name] {
			continue
		}
		seen[name] = true
		p := &Kernel{Name: name, Family: "probe", Probe: true, Only: k.Only}
		switch k.Loop.(type) {
		case Rows, RowDots, RowAxpys:
			p.Params, p.Loop = params(In, "x"), readProbe()
		case Outer:
			p.Params = params(InOut, "a")
			p.Loop = moveProbe(p.Params)
		case Reduce, RowReduce, ColumnReduce, Search:
			for _, s := range passed(k) {
				p.Params = append(p.Params, Param{Name: s.Name, Kind: In, Format: Format{Elem: s.Format.Elem}})
			}
			p.Loop = readProbe()
		default:
			for i, s := range passed(k) {
				p.Params = append(p.Params, Param{Name: string(rune('a' + i)), Kind: s.Kind, Format: Format{Elem: s.Format.Elem}})
			}
			p.Loop = moveProbe(p.Params)
		}
		p.Doc = "limit probe: the bits of all streams read, or'ed together"
		all = append(all, p)
	}
	return all
}

// readProbe reads all streams.
func readProbe() Reduce {
	return Reduce{Combine: OpOr, Term: func(b *Body) Val { return b.Bits() }}
}

// moveProbe reads and writes the streams: each written one gets the bits of all
// read ones.
func moveProbe(p []Param) Map {
	return Map{Body: func(b *Body) {
		v := b.Bits()
		for _, s := range p {
			if s.Kind.Stores() {
				b.Store(s.Name, v)
			}
		}
	}}
}

// multiplyAdds is the limit probe of matrix products: a core's multiply-adds, and nothing
// else.
func multiplyAdds() *Kernel {
	return &Kernel{Name: "MultiplyAdds", Doc: "limit probe: 1536 bytes of independent multiply-adds for each of n",
		Family: "probe", Probe: true, Params: params(Depth, "n"), Loop: MultiplyAdds{}}
}
