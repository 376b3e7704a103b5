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

// readVector reads a tensor's elements, which may be of any of the dtypes that decodeVector
// knows. The caller has made sure that the file has them, so that their number may be trusted
// with an allocation.
func readVector[T kernels.Float](r io.Reader, t tensor, buf []byte) ([]T, error) {
	size := elementBits[t.dtype] / 8
	total := (t.end - t.begin) / size
	if total > math.MaxInt/int64(unsafe.Sizeof(T(0))) {
		return nil, fmt.Errorf("tensor %q: %d elements do not fit into memory", t.name, total)
	}
	all := make([]T, total)
	step := len(buf) / int(size)
	for at := 0; at < len(all); at += step {
		v := all[at:min(at+step, len(all))]
		part := buf[:len(v)*int(size)]
		if _, err := io.ReadFull(r, part); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", t.name, err)
		}
		if i, x := decodeVector(v, part, t.dtype); i >= 0 {
			return nil, fmt.Errorf("tensor %q: element %d = %v of %s is beyond the range of %s", t.name, at+i, x, t.dtype, dtype[T]())
		}
	}
	return all, nil
}
