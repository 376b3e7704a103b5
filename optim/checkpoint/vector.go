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

// dtype returns the format's name of the element type.
func dtype[T kernels.Float]() string {
	if unsafe.Sizeof(T(0)) == 4 {
		return "F32"
	}
	return "F64"
}

// byteSize returns the length of a vector's data in bytes.
func byteSize[T kernels.Float](n int) int64 { return int64(n) * int64(unsafe.Sizeof(T(0))) }

// writeVector writes the elements, little-endian, by way of the buffer.
func writeVector[T kernels.Float](w io.Writer, v []T, buf []byte) error {
	step := len(buf) / int(unsafe.Sizeof(T(0)))
	for len(v) > 0 {
		n := min(step, len(v))
		part := buf[:byteSize[T](n)]
		switch v := any(v[:n]).(type) {
		case []float32:
			for i, x := range v {
				binary.LittleEndian.PutUint32(part[4*i:], math.Float32bits(x))
			}
		case []float64:
			for i, x := range v {
				binary.LittleEndian.PutUint64(part[8*i:], math.Float64bits(x))
			}
		}
		if _, err := w.Write(part); err != nil {
			return err
		}
		v = v[n:]
	}
	return nil
}

// readVector reads a tensor's elements. The caller has made sure that the file
// has them, so that their number may be trusted with an allocation.
func readVector[T kernels.Float](r io.Reader, t tensor, buf []byte) ([]T, error) {
	size := int64(unsafe.Sizeof(T(0)))
	total := (t.end - t.begin) / size
	if total > math.MaxInt/size {
		return nil, fmt.Errorf("tensor %q: %d elements do not fit into memory", t.name, total)
	}
	all := make([]T, total)
	step := len(buf) / int(size)
	for rest := all; len(rest) > 0; {
		n := min(step, len(rest))
		part := buf[:byteSize[T](n)]
		if _, err := io.ReadFull(r, part); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", t.name, err)
		}
		switch v := any(rest[:n]).(type) {
		case []float32:
			for i := range v {
				v[i] = math.Float32frombits(binary.LittleEndian.Uint32(part[4*i:]))
			}
		case []float64:
			for i := range v {
				v[i] = math.Float64frombits(binary.LittleEndian.Uint64(part[8*i:]))
			}
		}
		rest = rest[n:]
	}
	return all, nil
}
