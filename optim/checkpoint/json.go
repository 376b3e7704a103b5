package checkpoint

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// checkText returns an error unless a text is a JSON object of Unicode signs.
// encoding/json takes whatever is none for the same sign.
func checkText(text []byte) error {
	switch {
	case len(text) == 0 || text[0] != '{':
		return fmt.Errorf("does not begin with '{'")
	case !utf8.Valid(text):
		return fmt.Errorf("is not UTF-8")
	case !json.Valid(text):
		return fmt.Errorf("is not JSON")
	}
	if half := halfPair(text); half != nil {
		return fmt.Errorf("has %s, which is half a sign", half)
	}
	return nil
}

// halfPair returns an escape that is half of a surrogate pair, or nil. The text
// must be JSON, which has the backslash in strings only.
func halfPair(text []byte) []byte {
	unit := func(escape []byte) rune { // the UTF-16 unit of an escape \uXXXX, or 0
		if len(escape) < 6 || escape[0] != '\\' || escape[1] != 'u' {
			return 0
		}
		u, _ := strconv.ParseUint(string(escape[2:6]), 16, 16)
		return rune(u)
	}
	for {
		i := bytes.IndexByte(text, '\\')
		if i < 0 {
			return nil
		}
		text = text[i:]
		switch u := unit(text); {
		case !utf16.IsSurrogate(u):
			text = text[2:]
		case utf16.DecodeRune(u, unit(text[6:])) == utf8.RuneError:
			return text[:6]
		default:
			text = text[12:]
		}
	}
}

// A decoder reads the few kinds of JSON values that a header has.
type decoder struct{ *json.Decoder }

func newDecoder(text []byte) *decoder {
	d := &decoder{json.NewDecoder(bytes.NewReader(text))}
	d.UseNumber()
	return d
}

// unique reads any value, in which no object may have two equal names: encoding/json takes
// the last one. An array may have so many elements at most.
func (d *decoder) unique(most int) error {
	tok, err := d.Token()
	if err != nil {
		return err
	}
	switch tok {
	case json.Delim('{'):
		return d.members(func(string) error { return d.unique(math.MaxInt) })
	case json.Delim('['):
		for n := 0; d.More(); n++ {
			if n == most {
				return fmt.Errorf("more than %d elements", most)
			}
			if err := d.unique(math.MaxInt); err != nil {
				return err
			}
		}
		return d.delim(']')
	}
	return nil
}

// object reads an object; the function reads the value of each name.
func (d *decoder) object(value func(name string) error) error {
	if err := d.delim('{'); err != nil {
		return err
	}
	return d.members(value)
}

// members reads what is behind an object's brace.
func (d *decoder) members(value func(name string) error) error {
	seen := make(map[string]bool)
	for d.More() {
		name, err := d.str()
		if err != nil {
			return err
		}
		if seen[name] {
			return fmt.Errorf("%q: twice", name)
		}
		seen[name] = true
		if err := value(name); err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
	}
	return d.delim('}')
}

func (d *decoder) stringMap() (map[string]string, error) {
	m := make(map[string]string)
	return m, d.object(func(name string) (err error) {
		m[name], err = d.str()
		return err
	})
}

// ints reads an array of integers from 0 up.
func (d *decoder) ints() ([]int64, error) {
	if err := d.delim('['); err != nil {
		return nil, err
	}
	list := []int64{}
	for d.More() {
		tok, err := d.Token()
		if err != nil {
			return nil, err
		}
		number, _ := tok.(json.Number)
		n, err := strconv.ParseUint(number.String(), 10, 63)
		if err != nil {
			return nil, fmt.Errorf("%s, want an integer from 0 up", show(tok))
		}
		list = append(list, int64(n))
	}
	return list, d.delim(']')
}

func (d *decoder) str() (string, error) {
	tok, err := d.Token()
	if err != nil {
		return "", err
	}
	s, ok := tok.(string)
	if !ok {
		return "", fmt.Errorf("%s, want a string", show(tok))
	}
	return s, nil
}

func (d *decoder) delim(want json.Delim) error {
	tok, err := d.Token()
	if err != nil {
		return err
	}
	if tok != want {
		return fmt.Errorf("%s, want %v", show(tok), want)
	}
	return nil
}

// show returns a token for messages, not all of it if it is long.
func show(tok json.Token) string {
	if s, ok := tok.(string); ok {
		return strconv.Quote(s[:min(len(s), 40)])
	}
	s := fmt.Sprint(tok)
	return strings.ToValidUTF8(s[:min(len(s), 40)], "")
}
