package vec

import "fmt"

// Format is how a stream's elements, which a body has as float32, stand in memory. The zero
// value is that of most streams: elements of the kernel's type, as they are.
type Format struct {
	Elem  Elem     // 0: the kernel's
	Round Rounding // of what is stored as BF16

	// Rest is the stream, of I16, that holds the rest of the bits of a value that is split:
	// the other half, of the nearest BF16.
	Rest string

	// Code is what elements of U8 are, in blocks that share an exponent: see Blocks8.
	Code Code
}

// elem returns the type that a stream's elements have in memory, in a kernel for the element
// type e.
func (b *Body) elem(e Elem, stream int) Elem { return b.streams[stream].elem(e) }

// checkFormat reports what is wrong with a parameter's format.
func (k *Kernel) checkFormat(p Param) error {
	f := p.Format
	switch {
	case f == Format{}:
	case !p.Kind.IsStream() || k.Only != F32 || k.Strided():
		return fmt.Errorf("vec: kernel %s: %q has a format, which only streams of float32 kernels have", k.Name, p.Name)
	case f.Rest != "" && (f.Elem != BF16 || f.Round != Truncate || k.Param(f.Rest).Format.Elem != I16):
		return fmt.Errorf("vec: kernel %s: %q is split, and not of BF16 and I16", k.Name, p.Name)
	case f.Code != 0 && f.Elem != U8:
		return fmt.Errorf("vec: kernel %s: %q has codes that are no U8", k.Name, p.Name)
	case f.Round != Truncate && f.Elem != BF16 && f.Code == 0:
		return fmt.Errorf("vec: kernel %s: %q is rounded to what is no BF16", k.Name, p.Name)
	}
	return nil
}
