package checkpoint

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim/internal/opttest"
)

var wantError = opttest.WantError

// file returns a file with the JSON text and n bytes of data.
func file(text string, n int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
	return append(append(b, text...), make([]byte, n)...)
}

func TestReadHeader(t *testing.T) {
	// Data out of the text's order, padding, white space, an empty tensor, a
	// scalar, and other types: all that the format allows and others write.
	text := ` {
		"b": {"shape": [2, 3], "dtype": "F32", "data_offsets": [8, 32]},
		"__metadata__": {"k": "v"},
		"none": {"data_offsets": [8, 8], "dtype": "F32", "shape": [0, 7]},
		"a\u0062": {"dtype": "F64", "shape": [], "data_offsets": [0, 8]},
		"q": {"dtype": "F6_E3M2", "shape": [4, 2], "data_offsets": [32, 38]},
		"yes": {"dtype": "BOOL", "shape": [1], "data_offsets": [38, 39]}
	}   `[1:]
	b := file(text, 39)
	h, err := readHeader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	want := &header{
		metadata: map[string]string{"k": "v"},
		tensors: []tensor{
			{"ab", "F64", []int64{}, 0, 8},
			{"none", "F32", []int64{0, 7}, 8, 8},
			{"b", "F32", []int64{2, 3}, 8, 32},
			{"q", "F6_E3M2", []int64{4, 2}, 32, 38},
			{"yes", "BOOL", []int64{1}, 38, 39},
		},
		raw: b[:len(b)-39],
	}
	if !reflect.DeepEqual(h, want) {
		t.Errorf("got %+v, want %+v", h, want)
	}
}

func TestReadHeaderErrors(t *testing.T) {
	const ok = `"dtype":"F32","shape":[2],"data_offsets":[0,8]`
	one := func(entry string) string { return `{"a":{` + entry + `}}` }
	for _, c := range []struct {
		text string
		data int
		want []string
	}{
		{``, 0, []string{"'{'"}},
		{` {}`, 0, []string{"'{'"}},
		{`[]`, 0, []string{"'{'"}},
		{`{`, 0, []string{"JSON"}},
		{`{}{}`, 0, []string{"JSON"}},
		{`{"a":{},}`, 0, []string{"JSON"}},
		{"{\"\xff\":{}}", 0, []string{"UTF-8"}},
		{`{"\ud83d":{},"\ud83e":{}}`, 0, []string{`\ud83d`, "half a sign"}},
		{`{"\ude00\ud83d":{}}`, 0, []string{`\ude00`, "half a sign"}},
		{`{"__metadata__":{"\\\ud83d\n":""}}`, 0, []string{`\ud83d`, "half a sign"}},
		{`{"\ud83d\ude00\\ud83d\ufffd":7}`, 0, []string{`: 7, want {`}},
		{`{"a":[]}`, 0, []string{`"a": [, want {`}},
		{`{"a":7}`, 0, []string{`"a": 7, want {`}},
		{`{"a":{}}`, 0, []string{`"a": dtype ""`}},
		{`{"__metadata__":[]}`, 0, []string{`"__metadata__": [, want {`}},
		{`{"__metadata__":{"k":1}}`, 0, []string{`"__metadata__": "k": 1, want a string`}},
		{`{"__metadata__":{"k":"1","k":"2"}}`, 0, []string{`"__metadata__": "k": twice`}},
		{`{"a":{` + ok + `},"a":{` + ok + `}}`, 8, []string{`"a": twice`}},
		{`{"a":{` + ok + `},"\u0061":{` + ok + `}}`, 8, []string{`"a": twice`}},
		{one(ok + `,"dtype":"F32"`), 8, []string{`"a": "dtype": twice`}},
		{one(ok + `,"more":[]`), 8, []string{`"a": "more": unknown`}},
		{one(`"Dtype":"F32","shape":[2],"data_offsets":[0,8]`), 8, []string{`"Dtype": unknown`}},
		{one(`"dtype":7,"shape":[2],"data_offsets":[0,8]`), 8, []string{`"dtype": 7, want a string`}},
		{one(`"dtype":"F17","shape":[2],"data_offsets":[0,4]`), 4, []string{`"a": dtype "F17" is none`}},
		{one(`"dtype":"F4","shape":[3,3],"data_offsets":[0,5]`), 5, []string{`"a": shape [3 3] of F4 has 36 bits`}},
		{one(`"dtype":"F6_E2M3","shape":[4],"data_offsets":[0,4]`), 4, []string{`shape [4] of F6_E2M3 has 3 bytes`, "have 4"}},
		{one(`"dtype":"F32","data_offsets":[0,8]`), 8, []string{`"a": no shape`}},
		{one(`"dtype":"F32","shape":2,"data_offsets":[0,8]`), 8, []string{`"shape": 2, want [`}},
		{one(`"dtype":"F32","shape":[-2],"data_offsets":[0,8]`), 8, []string{`"shape": -2, want an integer`}},
		{one(`"dtype":"F32","shape":[2.0],"data_offsets":[0,8]`), 8, []string{`"shape": 2.0, want an integer`}},
		{one(`"dtype":"F32","shape":[2e0],"data_offsets":[0,8]`), 8, []string{`"shape": 2e0, want an integer`}},
		{one(`"dtype":"F32","shape":["2"],"data_offsets":[0,8]`), 8, []string{`"shape": "2", want an integer`}},
		{one(`"dtype":"F32","shape":[[2]],"data_offsets":[0,8]`), 8, []string{`"shape": [, want an integer`}},
		{one(`"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]`), 8, []string{`9223372036854775808, want an integer`}},
		{one(`"dtype":"F32","shape":[2305843009213693953],"data_offsets":[0,4]`), 4, []string{"too many"}},
		{one(`"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]`), 0, []string{"too many"}},
		{one(`"dtype":"F32","shape":[2]`), 8, []string{`data_offsets []`}},
		{one(`"dtype":"F32","shape":[2],"data_offsets":[8]`), 8, []string{`data_offsets [8]`}},
		{one(`"dtype":"F32","shape":[2],"data_offsets":[0,4,8]`), 8, []string{`data_offsets [0 4 8]`}},
		{one(`"dtype":"F32","shape":[2],"data_offsets":[8,0]`), 8, []string{`data_offsets [8 0] have -8`}},
		{one(`"dtype":"F32","shape":[2],"data_offsets":[-8,0]`), 8, []string{`-8, want an integer`}},
		{one(`"dtype":"F32","shape":[3],"data_offsets":[0,8]`), 8, []string{"shape [3] of F32 has 12 bytes", "have 8"}},
		{one(`"dtype":"F32","shape":[1],"data_offsets":[0,8]`), 8, []string{"shape [1] of F32 has 4 bytes", "have 8"}},
		{one(`"dtype":"F64","shape":[2],"data_offsets":[0,8]`), 8, []string{"shape [2] of F64 has 16 bytes", "have 8"}},
		{one(ok), 7, []string{"truncated", "7 bytes", "8"}},
		{one(ok), 0, []string{"truncated", "0 bytes", "8"}},
		{one(ok), 9, []string{"trailing", "9 bytes", "8"}},
		{`{}`, 1, []string{"trailing", "1 bytes", "0"}},
		{one(`"dtype":"F32","shape":[1],"data_offsets":[4,8]`), 8, []string{`"a" begins at 4`, "hole from 0"}},
		{`{"a":{` + ok + `},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8, []string{`"b" begins at 4`, "overlaps", "before 8"}},
		{`{"a":{` + ok + `},"b":{` + ok + `}}`, 8, []string{`"b" begins at 0`, "overlaps"}},
		{`{"a":{` + ok + `},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}`, 16, []string{`"b" begins at 12`, "hole from 8"}},
	} {
		b := file(c.text, c.data)
		_, err := readHeader(bytes.NewReader(b), int64(len(b)))
		if t.Run(fmt.Sprintf("%.80q", c.text), func(t *testing.T) { wantError(t, err, c.want...) }); t.Failed() {
			t.Log(c.text)
		}
	}
}

// A length must not be trusted with an allocation before it is checked.
func TestHeaderLength(t *testing.T) {
	for _, c := range []struct {
		length uint64
		want   string
	}{
		{3, "exceeds the 2 bytes"},
		{maxHeader, "exceeds the 2 bytes"},
		{maxHeader + 1, "safetensors allows"},
		{1 << 63, "safetensors allows"},
		{1<<64 - 1, "safetensors allows"},
	} {
		b := file("{}", 0)
		binary.LittleEndian.PutUint64(b, c.length)
		_, err := readHeader(bytes.NewReader(b), int64(len(b)))
		wantError(t, err, fmt.Sprint("length ", c.length), c.want)
	}
	for n := range 8 {
		_, err := readHeader(bytes.NewReader(make([]byte, n)), int64(n))
		wantError(t, err, fmt.Sprint(n, " bytes are too few"))
	}
}

func TestHeaderTooLong(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	h := &header{metadata: map[string]string{"k": strings.Repeat("x", maxHeader)}}
	wantError(t, h.encode(), "safetensors allows")
}
