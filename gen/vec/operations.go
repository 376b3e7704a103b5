package vec

// Operations returns how many floating-point operations the loop takes for an element:
// additions, subtractions, multiplications, divisions and roots, as the formula has them. A
// multiply-add is two. What compares, chooses or moves bits is none, and neither is what is
// done once for a row, a column or a call.
//
// It is 0 where the formula does not say: functions are polynomials, of which machines have
// forms of their own, random numbers are integers, how many entries a bag has is up to the
// call, and so are the terms of a product.
func (k *Kernel) Operations() int {
	b := newBody(k, F32, counter{}, k.elements())
	sums := 0 // additions to them
	switch s := k.Loop.(type) {
	case Map:
		s.Body(b)
	case Blocks8:
		s.Body(b)
	case RowMap:
		s.Body(b)
	case Reduce:
		s.Term(b)
		sums = btoi(s.Combine == OpAdd)
	case RowReduce:
		s.Term(b)
		sums = btoi(s.Combine == OpAdd)
		if s.Map != nil {
			s.Map(b)
		}
	case ColumnReduce:
		sums = len(s.Terms(b, 0))
	case Rows, Tree:
		sums = 1
	case RowDots, RowAxpys, Outer:
		return 2
	}
	return b.operations() + sums
}

// elements returns the streams of a body that works on the elements of all the kernel's
// vectors and matrices, without their formats: on a Row of these, too.
func (k *Kernel) elements() []Param {
	kinds := map[Kind]Kind{Matrix: In, OutMatrix: Out, InOutMatrix: InOut}
	var all []Param
	for _, p := range k.Params {
		if kind, ok := kinds[p.Kind]; ok {
			all = append(all, Param{Name: p.Name, Kind: kind}, Param{Name: Row(0).of(p.Name), Kind: kind})
		} else if p.Kind.IsStream() {
			all = append(all, Param{Name: p.Name, Kind: p.Kind})
		}
	}
	return all
}

// operations counts a body's.
func (b *Body) operations() int {
	n := 0
	for _, in := range b.code {
		switch in.op {
		case OpAdd, OpSub, OpMul, OpDiv, OpSqrt:
			n++
		case OpMulAdd:
			n += 2
		}
	}
	return n
}

// counter is a machine whose bodies have the operations of the formula. Nothing can be
// written for it.
type counter struct{ Machine }

func (counter) VectorBytes() int                    { return 16 } // random bits know it
func (counter) Expand(*Body, Op, []Val) (Val, bool) { return 0, false }
func (counter) Constants(Op, Elem) []Const          { return nil }
