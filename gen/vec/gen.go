package vec

import (
	"fmt"
	"maps"
	"math/bits"
	"slices"
)

// gen generates one function.
type gen struct {
	k *Kernel
	e Elem
	m Machine

	generals int            // how many general registers are handed out
	free     []V            // vector registers that are not in use
	resident map[Uniform]V  // the registers of uniforms that have one
	words    G              // where the words lie that uniforms are among
	labels   map[string]int // how often label was asked for a name
	aside    []func()       // these emit code that rarely runs; it stands behind the rest of the function

	// exactTails makes mapLoop handle its tail in powers of two even where the
	// machine has masked stores. To the core, a masked store reaches as far as a
	// whole vector does: a later load from there, of the next row of a matrix or of
	// the same vector for the next rows, waits until the store is done.
	exactTails bool
}

// Generate writes the kernel's function for one element type to the machine.
func Generate(k *Kernel, e Elem, m Machine) error {
	if err := k.Check(); err != nil {
		return err
	}
	g := &gen{k: k, e: e, m: m, resident: map[Uniform]V{}, labels: map[string]int{}}
	for v := m.Vectors() - 1; v >= 0; v-- {
		g.free = append(g.free, V(v))
	}
	k.Loop.generate(g)
	for _, emit := range g.aside {
		emit()
	}
	return nil
}

// registers are the registers that are in use at some point of the generation.
type registers struct {
	generals int
	free     []V
	resident map[Uniform]V
}

// begins notes the registers in use in front of code whose own registers restore takes
// back behind it.
func (g *gen) begins() registers {
	return registers{g.generals, slices.Clone(g.free), maps.Clone(g.resident)}
}

// restore gives back the registers that were handed out since begins noted r.
func (g *gen) restore(r registers) {
	g.generals, g.free, g.resident = r.generals, slices.Clone(r.free), maps.Clone(r.resident)
}

// lanes returns the number of elements of type e in a vector register.
func (g *gen) lanes(e Elem) int { return g.m.VectorBytes() / e.Size() }

// general hands out a general register.
func (g *gen) general() G {
	if g.generals == g.m.Generals() {
		panic(fmt.Sprintf("vec: kernel %s needs more than %d general registers", g.k.Name, g.generals))
	}
	g.generals++
	return G(g.generals - 1)
}

// vector hands out a vector register, for the rest of the function or up to restore.
func (g *gen) vector() V {
	if len(g.free) == 0 {
		panic(fmt.Sprintf("vec: kernel %s needs more than %d vector registers", g.k.Name, g.m.Vectors()))
	}
	v := g.free[len(g.free)-1]
	g.free = g.free[:len(g.free)-1]
	return v
}

// vectors hands out so many vector registers.
func (g *gen) vectors(n int) []V {
	v := make([]V, n)
	for i := range v {
		v[i] = g.vector()
	}
	return v
}

// label returns a label of the function that no other call returned.
func (g *gen) label(name string) string {
	g.labels[name]++
	if n := g.labels[name]; n > 1 {
		return fmt.Sprintf("%s%d", name, n)
	}
	return name
}

// shift returns the binary logarithm of an element size.
func shift(e Elem) int { return bits.TrailingZeros(uint(e.Size())) }

// sub computes dst -= src and destroys src.
func (g *gen) sub(dst, src G) {
	g.m.Neg(src)
	g.m.Add(dst, src)
}

// makeResident gives registers to the uniforms of the bodies, for the rest of the
// function or up to restore, and loads them. Where there are too few registers, the
// uniforms with the fewest uses stay in memory and are broadcast at each use. Held
// values must have got their registers before.
func (g *gen) makeResident(bodies ...*Body) {
	uses := map[Uniform]int{}
	var order []Uniform
	for _, b := range bodies {
		for _, u := range b.uni {
			if u.Held == "" && !slices.Contains(order, u) {
				order = append(order, u)
			}
		}
		for _, in := range b.code {
			for _, a := range in.args {
				if i, ok := b.uniVal[a]; ok {
					uses[b.uni[i]]++
				}
			}
		}
	}
	keep := slices.Clone(order)
	held := maps.Clone(g.resident)
	// fits tries whether the bodies find registers enough beside those of keep. What
	// need returns depends only on which uniforms are resident, so any number stands
	// for their registers.
	fits := func() bool {
		clear(g.resident)
		maps.Copy(g.resident, held)
		for _, u := range keep {
			g.resident[u] = -1
		}
		for _, b := range bodies {
			if len(keep)+g.need(b) > len(g.free) {
				return false
			}
		}
		return true
	}
	for !fits() {
		if len(keep) == 0 {
			panic(fmt.Sprintf("vec: kernel %s: body needs more than %d vector registers", g.k.Name, len(g.free)))
		}
		least := 0
		for i, u := range keep {
			if uses[u] < uses[keep[least]] {
				least = i
			}
		}
		keep = slices.Delete(keep, least, least+1)
	}
	in := bodies[0].Elem // all of them compute in the same type
	for _, u := range keep {
		g.resident[u] = g.vector()
		g.broadcast(g.resident[u], in, u)
	}
}

// broadcast fills a register with a uniform.
func (g *gen) broadcast(to V, in Elem, u Uniform) {
	if u.Word > 0 {
		g.m.BroadcastAt(to, in, Address{Base: g.words, Disp: 8 * u.Word})
		return
	}
	g.m.Broadcast(to, in, u)
}

// hold gives a register to a held value of the bodies.
func (g *gen) hold(name string) V {
	v := g.vector()
	g.resident[Uniform{Held: name}] = v
	return v
}
