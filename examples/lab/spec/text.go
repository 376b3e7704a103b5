package spec

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// What a text may not exceed, so that no address can keep a page busy.
const (
	maxText  = 8192 // bytes
	maxDepth = 8    // calls and lists inside each other
	maxList  = 64   // elements, and arguments of a call
	maxRuns  = 6
	maxSteps = 5000
	maxInt   = 1_000_000_000

	maxProblems = 50 // that are told
)

// A node is a value: a word or a number, a call Name(key=value,...), or a list (a,b,...).
type node struct {
	text  string // as it stands
	word  string // the word, or the name of the call
	call  bool
	args  []argument
	list  bool
	items []node
}

type argument struct {
	name  string
	text  string // with the name
	value node
}

// readValue reads a whole value. A list needs no parentheses there.
func readValue(text string) (node, error) {
	r := &reader{text: text}
	first, err := r.value()
	if err != nil {
		return node{}, err
	}
	items := []node{first}
	for r.skip(',') {
		next, err := r.value()
		if err != nil {
			return node{}, err
		}
		items = append(items, next)
	}
	switch {
	case r.at < len(text):
		return node{}, r.unexpected()
	case len(items) > maxList:
		return node{}, fmt.Errorf("%d elements, want at most %d", len(items), maxList)
	case len(items) > 1:
		return node{text: text, list: true, items: items}, nil
	}
	return first, nil
}

// A reader goes through a text.
type reader struct {
	text  string
	at    int
	depth int
}

func (r *reader) skip(c byte) bool {
	if r.at < len(r.text) && r.text[r.at] == c {
		r.at++
		return true
	}
	return false
}

func (r *reader) unexpected() error {
	if r.at == len(r.text) {
		return errors.New("a parenthesis ) is missing at the end")
	}
	return fmt.Errorf("%q is not expected after %q", r.text[r.at:r.at+1], r.before(r.at))
}

// before returns what stands before a place, of a long text the end.
func (r *reader) before(at int) string {
	const most = 30
	if at > most {
		return "..." + r.text[at-most:at]
	}
	return r.text[:at]
}

// word reads what no list or call is made of.
func (r *reader) word() string {
	from := r.at
	for r.at < len(r.text) && inWord(r.text[r.at]) {
		r.at++
	}
	return r.text[from:r.at]
}

func inWord(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || strings.IndexByte("-._~:+*!", c) >= 0
}

func (r *reader) value() (node, error) {
	from := r.at
	n := node{word: r.word()}
	if r.skip('(') {
		if r.depth++; r.depth > maxDepth {
			return n, fmt.Errorf("nested deeper than %d", maxDepth)
		}
		n.call, n.list = n.word != "", n.word == ""
		if err := r.inside(&n); err != nil {
			return n, err
		}
		r.depth--
	}
	n.text = r.text[from:r.at]
	return n, nil
}

// inside reads the elements of a list or the arguments of a call, and the parenthesis after them.
func (r *reader) inside(n *node) error {
	if r.skip(')') {
		return nil
	}
	for count := 1; ; count++ {
		if count > maxList {
			return fmt.Errorf("more than %d elements", maxList)
		}
		from := r.at
		var a argument
		if n.call {
			if a.name = r.word(); !r.skip('=') {
				return fmt.Errorf("%s: want Name=value after %q", n.word, r.before(from))
			}
		}
		v, err := r.value()
		if err != nil {
			return err
		}
		if n.call {
			a.value, a.text = v, r.text[from:r.at]
			n.args = append(n.args, a)
		} else {
			n.items = append(n.items, v)
		}
		if r.skip(')') {
			return nil
		}
		if !r.skip(',') {
			return r.unexpected()
		}
	}
}

// unescape replaces the percent codes of a text.
func unescape(text string) (string, error) {
	if strings.IndexByte(text, '%') < 0 {
		return text, nil
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			b.WriteByte(text[i])
			continue
		}
		end := min(i+3, len(text))
		c, err := strconv.ParseUint(text[i+1:end], 16, 8)
		if err != nil || end != i+3 {
			return "", fmt.Errorf("%q is no percent code", text[i:end])
		}
		b.WriteByte(byte(c))
		i += 2
	}
	return b.String(), nil
}

// Number returns the shortest decimal text that is v, as links and programs have it.
func Number(v float64) string {
	digits, exponent, ok := strings.Cut(strconv.FormatFloat(v, 'g', -1, 64), "e")
	if !ok {
		return digits
	}
	sign := ""
	if exponent[0] == '-' {
		sign = "-"
	}
	return digits + "e" + sign + strings.TrimLeft(exponent, "+-0")
}

// number reads a decimal number. There is one zero.
func number(n node) (float64, error) {
	if err := n.wantWord("a number"); err != nil {
		return 0, err
	}
	if strings.Trim(n.word, "0123456789.eE+-") != "" {
		return 0, fmt.Errorf("%q is no decimal number", n.word)
	}
	v, err := strconv.ParseFloat(n.word, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("%s is too large", n.word)
	case err != nil:
		return 0, fmt.Errorf("%q is no decimal number", n.word)
	case v == 0:
		return 0, nil
	}
	return v, nil
}

// integer reads a whole number from lo to hi.
func integer(n node, lo, hi int) (int, error) {
	if err := n.wantWord("a whole number"); err != nil {
		return 0, err
	}
	v, err := strconv.ParseInt(n.word, 10, 64)
	if errors.Is(err, strconv.ErrSyntax) {
		return 0, fmt.Errorf("%q is no whole number", n.word)
	}
	if err != nil || v < int64(lo) || v > int64(hi) {
		return 0, fmt.Errorf("%s, want %d to %d", n.word, lo, hi)
	}
	return int(v), nil
}

// natural reads a whole number of 64 bits.
func natural(n node) (uint64, error) {
	v, err := strconv.ParseUint(n.word, 10, 64)
	if err != nil || n.call || n.list {
		return 0, fmt.Errorf("%q, want a whole number of at most 64 bits", n.text)
	}
	return v, nil
}

// flag reads 0 or 1.
func flag(n node) (bool, error) {
	if err := n.wantWord("0 or 1"); err != nil {
		return false, err
	}
	switch strings.ToLower(n.word) {
	case "0", "false":
		return false, nil
	case "1", "true":
		return true, nil
	}
	return false, fmt.Errorf("%q, want 0 or 1", n.word)
}

// choice reads one of some words, without regard to case, and returns its index.
func choice(n node, words []string) (int, error) {
	if err := n.wantWord("a word"); err != nil {
		return 0, err
	}
	for i, w := range words {
		if strings.EqualFold(w, n.word) {
			return i, nil
		}
	}
	return 0, fmt.Errorf("%q, want %s", n.word, oneOf(words))
}

// wantWord returns an error for a call or a list.
func (n node) wantWord(what string) error {
	if n.call || n.list {
		return fmt.Errorf("%q, want %s", n.text, what)
	}
	return nil
}

// elements returns those of a list. A value alone is a list of one.
func (n node) elements() []node {
	if n.list {
		return n.items
	}
	return []node{n}
}

func oneOf(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
