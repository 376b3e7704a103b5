package checkpoint

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"unsafe"

	"github.com/seed63264101/steepest/kernels"
)

// chunkBytes is the size of the buffer through which vectors pass.
const chunkBytes = 1 << 16

// An element is a number of a vector: of the run's type, or of a format of state or parameters.
type element interface {
	float32 | float64 | kernels.BFloat16 | int16 | uint8
}

// A store has elements, in a snapshot or a parameter. Reading puts other slices there, and
// changes none.
type store interface {
	dtype() string
	len() int
	write(w io.Writer, buf []byte) error
	read(r io.Reader, t tensor, buf []byte) error
}

// A partStore is a store that can be read part by part.
type partStore interface {
	store
	// make puts so many zeros there, and fill reads a tensor in the place of those from at on.
	make(n int)
	fill(at int, r io.Reader, t tensor, buf []byte) error
}

// A sliceOf is a store of the elements of one slice.
type sliceOf[E element] struct{ at *[]E }

func (s sliceOf[E]) dtype() string { return dtype[E]() }

func (s sliceOf[E]) len() int { return len(*s.at) }

func (s sliceOf[E]) write(w io.Writer, buf []byte) error { return writeVector(w, *s.at, buf) }

func (s sliceOf[E]) read(r io.Reader, t tensor, buf []byte) (err error) {
	*s.at, err = readVector[E](r, t, buf)
	return err
}

func (s sliceOf[E]) make(n int) { *s.at = make([]E, n) }

func (s sliceOf[E]) fill(at int, r io.Reader, t tensor, buf []byte) error {
	n := int((t.end - t.begin) / (elementBits[t.dtype] / 8))
	return fillVector((*s.at)[at:at+n], r, t, buf)
}

// dtype returns the file format's name of the element type.
func dtype[E element]() string {
	switch any(E(0)).(type) {
	case float32:
		return "F32"
	case float64:
		return "F64"
	case kernels.BFloat16:
		return "BF16"
	case int16:
		return "I16"
	}
	return "U8"
}

// sizeOf returns the bytes of an element.
func sizeOf[E element]() int { return int(unsafe.Sizeof(E(0))) }

// writeVector writes the elements, little-endian, by way of the buffer.
func writeVector[E element](w io.Writer, v []E, buf []byte) error {
	size := sizeOf[E]()
	for len(v) > 0 {
		n := min(len(buf)/size, len(v))
		part := buf[:n*size]
		encodeVector(part, v[:n])
		if _, err := w.Write(part); err != nil {
			return err
		}
		v = v[n:]
	}
	return nil
}

// encodeVector sets b to the elements.
func encodeVector[E element](b []byte, v []E) {
	switch v := any(v).(type) {
	case []float32:
		for i, x := range v {
			binary.LittleEndian.PutUint32(b[4*i:], math.Float32bits(x))
		}
	case []float64:
		for i, x := range v {
			binary.LittleEndian.PutUint64(b[8*i:], math.Float64bits(x))
		}
	case []kernels.BFloat16:
		for i, x := range v {
			binary.LittleEndian.PutUint16(b[2*i:], uint16(x))
		}
	case []int16:
		for i, x := range v {
			binary.LittleEndian.PutUint16(b[2*i:], uint16(x))
		}
	case []uint8:
		copy(b, v)
	}
}

// readVector reads a tensor's elements, which may be of any of the dtypes that decodeVector
// knows. The caller has made sure that the file has them, so that their number may be trusted
// with an allocation.
func readVector[E element](r io.Reader, t tensor, buf []byte) ([]E, error) {
	size := elementBits[t.dtype] / 8
	total := (t.end - t.begin) / size
	if total > math.MaxInt/int64(sizeOf[E]()) {
		return nil, fmt.Errorf("tensor %q: %d elements do not fit into memory", t.name, total)
	}
	all := make([]E, total)
	return all, fillVector(all, r, t, buf)
}

// fillVector sets all to a tensor's elements, of which there are as many.
func fillVector[E element](all []E, r io.Reader, t tensor, buf []byte) error {
	size := int(elementBits[t.dtype] / 8)
	step := len(buf) / size
	for at := 0; at < len(all); at += step {
		v := all[at:min(at+step, len(all))]
		part := buf[:len(v)*size]
		if _, err := io.ReadFull(r, part); err != nil {
			return fmt.Errorf("tensor %q: %w", t.name, err)
		}
		if i, x := decodeVector(v, part, t.dtype); i >= 0 {
			return fmt.Errorf("tensor %q: element %d = %v of %s is beyond the range of %s", t.name, at+i, x, t.dtype, dtype[E]())
		}
	}
	return nil
}
