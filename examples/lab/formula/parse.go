package formula

import (
	"fmt"
	"strconv"
	"strings"
)

// maxDepth is how deep expressions may stand in one another.
const maxDepth = 100

// Parse reads a formula. An error quotes it and says in which column it goes wrong, from 1.
func Parse(text string) (*Formula, error) {
	p := &parser{text: text}
	f, err := p.formula()
	if err != nil {
		return nil, fmt.Errorf("formula %q: %w", text, err)
	}
	return f, nil
}

// A parser goes through a text from left to right.
type parser struct {
	text  string
	at    int
	depth int
}

func (p *parser) formula() (*Formula, error) {
	f := &Formula{Text: p.text}
	n, err := p.comparison()
	if err != nil {
		return nil, err
	}
	if p.takes("=") {
		if n.kind != "name" {
			return nil, fmt.Errorf("column 1: want a name before =")
		}
		f.left, f.Name = n, n.text
		if n, err = p.comparison(); err != nil {
			return nil, err
		}
	}
	if p.skip(); p.at < len(p.text) {
		return nil, p.wrong("the end or an operation")
	}
	f.right = n
	return f, nil
}

// wrong returns an error about what stands at the present place.
func (p *parser) wrong(want string) error {
	p.skip()
	got := "the end"
	if p.at < len(p.text) {
		got = strconv.Quote(p.text[p.at : p.at+1])
	}
	return fmt.Errorf("column %d: want %s, not %s", p.at+1, want, got)
}

func (p *parser) skip() {
	for p.at < len(p.text) && p.text[p.at] == ' ' {
		p.at++
	}
}

// takes goes beyond a sign if it is the next one. A < is none if it is part of <=.
func (p *parser) takes(sign string) bool {
	p.skip()
	rest := p.text[p.at:]
	if !strings.HasPrefix(rest, sign) {
		return false
	}
	if strings.HasPrefix(rest[len(sign):], "=") {
		return false
	}
	p.at += len(sign)
	return true
}

// operations reads operands with operations of one rank between them, from the left.
func (p *parser) operations(operand func() (*node, error), signs ...string) (*node, error) {
	n, err := operand()
next:
	for err == nil {
		for _, sign := range signs {
			if p.takes(sign) {
				var right *node
				right, err = operand()
				n = &node{kind: sign, args: []*node{n, right}}
				continue next
			}
		}
		return n, nil
	}
	return nil, err
}

func (p *parser) comparison() (*node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, fmt.Errorf("column %d: more than %d expressions in one another", p.at+1, maxDepth)
	}
	defer func() { p.depth-- }()
	return p.operations(p.sum, "<=", ">=", "==", "<", ">")
}

func (p *parser) sum() (*node, error) { return p.operations(p.term, "+", "-") }

// term reads a product, of which a sign before it is that of the whole.
func (p *parser) term() (*node, error) {
	return p.signs(func() (*node, error) { return p.operations(p.signed, "*", "/") })
}

func (p *parser) signed() (*node, error) { return p.signs(p.power) }

func (p *parser) signs(operand func() (*node, error)) (*node, error) {
	signs := 0
	for p.takes("-") {
		signs++
	}
	n, err := operand()
	if err != nil {
		return nil, err
	}
	for range signs {
		n = &node{kind: "minus", args: []*node{n}}
	}
	return n, nil
}

// power reads a^b, where b may have a sign and be a power itself.
func (p *parser) power() (*node, error) {
	n, err := p.primary()
	if err != nil || !p.takes("^") {
		return n, err
	}
	if p.depth++; p.depth > maxDepth {
		return nil, fmt.Errorf("column %d: more than %d powers in one another", p.at+1, maxDepth)
	}
	defer func() { p.depth-- }()
	exponent, err := p.signed()
	if err != nil {
		return nil, err
	}
	return &node{kind: "^", args: []*node{n, exponent}}, nil
}

func (p *parser) primary() (*node, error) {
	p.skip()
	if p.at == len(p.text) {
		return nil, p.wrong("a number, a name or (")
	}
	switch c := p.text[p.at]; {
	case c == '(':
		p.at++
		n, err := p.comparison()
		if err == nil && !p.takes(")") {
			err = p.wrong(")")
		}
		return n, err
	case isDigit(c) || c == '.':
		return p.number()
	case isLetter(c):
		return p.name()
	}
	return nil, p.wrong("a number, a name or (")
}

func (p *parser) number() (*node, error) {
	from := p.at
	for p.at < len(p.text) && (isDigit(p.text[p.at]) || p.text[p.at] == '.') {
		p.at++
	}
	if rest := p.text[p.at:]; len(rest) > 1 && rest[0] == 'e' {
		digits := 1
		if rest[1] == '-' || rest[1] == '+' {
			digits = 2
		}
		if len(rest) > digits && isDigit(rest[digits]) {
			for p.at += digits; p.at < len(p.text) && isDigit(p.text[p.at]); {
				p.at++
			}
		}
	}
	text := p.text[from:p.at]
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, fmt.Errorf("column %d: no number %s", from+1, text)
	}
	return &node{kind: "number", text: text, value: v}, nil
}

// name reads a name, or a function with its arguments.
func (p *parser) name() (*node, error) {
	from := p.at
	for p.at < len(p.text) && (isLetter(p.text[p.at]) || isDigit(p.text[p.at]) || p.text[p.at] == '_') {
		p.at++
	}
	n := &node{kind: "name", text: p.text[from:p.at]}
	if strings.HasSuffix(n.text, "_") || strings.Contains(n.text, "__") {
		return nil, fmt.Errorf("column %d: %s has an empty subscript", from+1, n.text)
	}
	if p.at < len(p.text) && p.text[p.at] == '(' {
		return p.call(n.text, from)
	}
	if p.at < len(p.text) && p.text[p.at] == '[' {
		p.at++
		var err error
		if n.index, err = p.comparison(); err != nil {
			return nil, err
		}
		if !p.takes("]") {
			return nil, p.wrong("]")
		}
	}
	for p.at < len(p.text) && p.text[p.at] == '\'' {
		p.at++
	}
	n.text = strings.ReplaceAll(p.text[from:p.at], " ", "")
	return n, nil
}

// call reads the arguments of a function, whose name begins at from.
func (p *parser) call(name string, from int) (*node, error) {
	f, known := functions[name]
	if !known {
		return nil, fmt.Errorf("column %d: no function %s", from+1, name)
	}
	n := &node{kind: "call", text: name}
	p.at++
	for {
		a, err := p.comparison()
		if err != nil {
			return nil, err
		}
		n.args = append(n.args, a)
		if p.takes(",") {
			continue
		}
		if !p.takes(")") {
			return nil, p.wrong(", or )")
		}
		if err := f.check(name, len(n.args)); err != nil {
			return nil, fmt.Errorf("column %d: %w", from+1, err)
		}
		return n, nil
	}
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
