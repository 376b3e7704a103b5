package checkpoint

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
)

// maxHeader is the longest JSON header that the format allows.
const maxHeader = 100_000_000

const metadataKey = "__metadata__"

// elementBits gives the bits per element of the format's dtypes. Elements of less than a byte
// are packed.
var elementBits = map[string]int64{
	"BOOL": 8, "U8": 8, "I8": 8, "U16": 16, "I16": 16, "U32": 32, "I32": 32, "U64": 64, "I64": 64,
	"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
	"F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
	"F16": 16, "BF16": 16, "F32": 32, "F64": 64, "C64": 64,
}

// A header is the first part of a safetensors file: 8 bytes with the length of
// the JSON text, little-endian, and the text.
type header struct {
	metadata map[string]string
	tensors  []tensor // in the order of their data
	raw      []byte   // as in the file, with the length
}

// A tensor is a header's entry. Its data lies at [begin, end) behind the header.
type tensor struct {
	name       string
	dtype      string
	shape      []int64
	begin, end int64
}

// dataSize returns the length of the data behind the header.
func (h *header) dataSize() int64 {
	if len(h.tensors) == 0 {
		return 0
	}
	return h.tensors[len(h.tensors)-1].end
}

// encode sets raw. The tensors must be in the order of their data.
func (h *header) encode() error {
	type entry struct {
		DType   string   `json:"dtype"`
		Shape   []int64  `json:"shape"`
		Offsets [2]int64 `json:"data_offsets"`
	}
	raw := make([]byte, 8)
	raw = append(raw, '{')
	add := func(name string, value any) {
		if raw[len(raw)-1] != '{' {
			raw = append(raw, ',')
		}
		raw = appendJSON(append(appendJSON(raw, name), ':'), value)
	}
	if h.metadata != nil {
		add(metadataKey, h.metadata)
	}
	for _, t := range h.tensors {
		add(t.name, entry{t.dtype, t.shape, [2]int64{t.begin, t.end}})
	}
	raw = append(raw, '}')
	for len(raw)%8 != 0 {
		raw = append(raw, ' ') // the data begins aligned
	}
	n := len(raw) - 8
	if n > maxHeader {
		return fmt.Errorf("the header would have %d bytes, safetensors allows %d", n, maxHeader)
	}
	binary.LittleEndian.PutUint64(raw, uint64(n))
	h.raw = raw
	return nil
}

// appendJSON appends a value of a type that always has a JSON form.
func appendJSON(b []byte, v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return append(b, text...)
}

// readHeader reads and checks the header of a file of the given size. What it
// accepts is a safetensors file whose tensors' data fill the rest of the file
// without gaps and overlaps.
func readHeader(r io.Reader, size int64) (*header, error) {
	var length [8]byte
	if size < int64(len(length)) {
		return nil, fmt.Errorf("%d bytes are too few for a safetensors file: empty or truncated", size)
	}
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint64(length[:])
	switch {
	case n > maxHeader:
		return nil, fmt.Errorf("header length %d exceeds the %d that safetensors allows: no safetensors file", n, maxHeader)
	case int64(n) > size-8:
		return nil, fmt.Errorf("header length %d exceeds the %d bytes behind it: truncated or no safetensors file", n, size-8)
	}
	raw := make([]byte, 8+n)
	copy(raw, length[:])
	if _, err := io.ReadFull(r, raw[8:]); err != nil {
		return nil, err
	}
	h, err := parseHeader(raw[8:])
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	h.raw = raw
	if err := h.checkLayout(size - int64(len(raw))); err != nil {
		return nil, err
	}
	return h, nil
}

// checkLayout sorts the tensors by their data, which must fill the given number
// of bytes.
func (h *header) checkLayout(size int64) error {
	slices.SortStableFunc(h.tensors, func(a, b tensor) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	var at int64
	for _, t := range h.tensors {
		switch {
		case t.begin < at:
			return fmt.Errorf("tensor %q begins at %d and overlaps the data before %d", t.name, t.begin, at)
		case t.begin > at:
			return fmt.Errorf("tensor %q begins at %d and leaves a hole from %d", t.name, t.begin, at)
		}
		at = t.end
	}
	switch {
	case at > size:
		return fmt.Errorf("truncated: %d bytes of data, the header says %d", size, at)
	case at < size:
		return fmt.Errorf("trailing bytes: %d bytes of data, the header says %d", size, at)
	}
	return nil
}

// parseHeader parses the JSON text. It is stricter than encoding/json, which
// takes the last one of duplicate names, other capitals and broken UTF-8.
func parseHeader(text []byte) (*header, error) {
	text = bytes.TrimRight(text, " ")
	if err := checkText(text); err != nil {
		return nil, err
	}
	d := newDecoder(text)
	h := new(header)
	err := d.object(func(name string) (err error) {
		if name == metadataKey {
			h.metadata, err = d.stringMap()
			return err
		}
		t, err := d.tensor()
		t.name = name
		h.tensors = append(h.tensors, t)
		return err
	})
	if err != nil {
		return nil, err
	}
	return h, nil
}

func (d *decoder) tensor() (t tensor, err error) {
	var offsets []int64
	err = d.object(func(name string) (err error) {
		switch name {
		case "dtype":
			t.dtype, err = d.str()
		case "shape":
			t.shape, err = d.ints()
		case "data_offsets":
			offsets, err = d.ints()
		default:
			err = fmt.Errorf("unknown entry")
		}
		return err
	})
	if err != nil {
		return t, err
	}
	bits, ok := elementBits[t.dtype]
	switch {
	case !ok:
		return t, fmt.Errorf("dtype %q is none of the format's", t.dtype)
	case t.shape == nil:
		return t, fmt.Errorf("no shape")
	case len(offsets) != 2:
		return t, fmt.Errorf("data_offsets %d, want a begin and an end", offsets)
	}
	t.begin, t.end = offsets[0], offsets[1]
	n, ok := count(t.shape)
	if !ok || n > math.MaxInt64/bits {
		return t, fmt.Errorf("shape %d has too many elements", t.shape)
	}
	if bits *= n; bits%8 != 0 {
		return t, fmt.Errorf("shape %d of %s has %d bits, which end within a byte", t.shape, t.dtype, bits)
	}
	if bits/8 != t.end-t.begin {
		return t, fmt.Errorf("shape %d of %s has %d bytes, data_offsets %d have %d", t.shape, t.dtype, bits/8, offsets, t.end-t.begin)
	}
	return t, nil
}

// count returns the number of elements of a shape, if it fits.
func count(shape []int64) (int64, bool) {
	n := int64(1)
	for _, d := range shape {
		if d != 0 && n > math.MaxInt64/d {
			return 0, false
		}
		n *= d
	}
	return n, true
}
