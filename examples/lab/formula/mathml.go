package formula

import "strings"

// MathML returns the formula as a math element of MathML Core, with its text as the alternative.
func (f *Formula) MathML() string {
	var d drawing
	d.put(`<math alttext="` + escaper.Replace(f.Text) + `"><mrow>`)
	if f.left != nil {
		d.draw(f.left, 0)
		d.operator("=")
	}
	d.draw(f.right, 0)
	d.put("</mrow></math>")
	return string(d.text)
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// A drawing is MathML being written.
type drawing struct{ text []byte }

// put adds text. Inlined in all places it would be a third of the package in WebAssembly.
//
//go:noinline
func (d *drawing) put(text string) { d.text = append(d.text, text...) }

// How tightly what stands beside an expression binds. One that binds less gets parentheses.
const (
	ofComparison = iota
	ofSum
	ofTerm
	ofSign
	ofPower
	ofPrimary
)

// rank returns how tightly a drawn expression binds.
func (n *node) rank() int {
	switch n.kind {
	case "<", "<=", ">", ">=", "==":
		return ofComparison
	case "+", "-":
		return ofSum
	case "*":
		return ofTerm
	case "/": // a fraction, whose line holds it together, but not under an exponent
		return ofSign
	case "minus":
		return ofSum
	case "^":
		return ofPower
	case "number":
		if strings.Contains(n.text, "e") { // a product
			return ofTerm
		}
	case "call":
		switch n.text {
		case "exp", "turn":
			return ofPower
		case "sum", "dot", "if":
			return ofTerm
		}
	}
	return ofPrimary
}

// draw writes an expression, in parentheses if it binds less than least.
func (d *drawing) draw(n *node, least int) {
	if n.rank() < least {
		d.fenced("(", n, ")")
		return
	}
	switch n.kind {
	case "number":
		d.number(n.text)
	case "name":
		d.name(n)
	case "call":
		d.call(n)
	case "minus":
		d.operator("−")
		d.draw(n.args[0], ofTerm)
	case "/":
		d.element("mfrac", func() { d.row(n.args[0]); d.row(n.args[1]) })
	case "^":
		d.element("msup", func() { d.row2(n.args[0], ofPrimary); d.row(n.args[1]) })
	case "*":
		d.draw(n.args[0], ofTerm)
		d.operator(between(n.args[0], n.args[1]))
		d.draw(n.args[1], ofTerm+1)
	case "-":
		d.draw(n.args[0], ofSum)
		d.operator("−")
		d.draw(n.args[1], ofTerm)
	case "+":
		d.draw(n.args[0], ofSum)
		d.operator("+")
		right := ofSum
		if n.args[1].leads("minus") {
			right = ofTerm
		}
		d.draw(n.args[1], right)
	default:
		d.draw(n.args[0], ofSum)
		d.operator(comparisons[n.kind])
		d.draw(n.args[1], ofSum)
	}
}

var comparisons = map[string]string{"<": "&lt;", "<=": "≤", ">": "&gt;", ">=": "≥", "==": "="}

// between returns the sign of a product: nothing to see, or a dot where a number or a word
// would run into what is before it.
func between(a, b *node) string {
	if b.leads("number") || a.isWord() || b.isWord() || a.kind == "number" && a.rank() == ofTerm {
		return "⋅"
	}
	return "\u2062" // the invisible product, which is read aloud
}

// leads reports whether the drawing begins with a node of a kind.
func (n *node) leads(kind string) bool {
	for ; n.kind != kind; n = n.args[0] {
		if n.kind == "/" || n.kind == "call" || len(n.args) == 0 {
			return false
		}
	}
	return true
}

// isWord reports whether a product ends or begins with a name of several letters.
func (n *node) isWord() bool {
	switch n.kind {
	case "*", "^":
		return n.args[len(n.args)-1].isWord() || n.args[0].isWord()
	case "name":
		head, _ := split(n.text)
		return len([]rune(letters(head))) > 1
	}
	return false
}

// element writes an element around what f writes.
func (d *drawing) element(name string, f func()) {
	d.put("<" + name + ">")
	f()
	d.put("</" + name + ">")
}

// row writes an expression as one element, without parentheses; row2 with, if need be.
func (d *drawing) row(n *node) { d.row2(n, 0) }

func (d *drawing) row2(n *node, least int) { d.element("mrow", func() { d.draw(n, least) }) }

// fenced writes an expression between two signs.
func (d *drawing) fenced(open string, n *node, end string) {
	d.fencedAll(open, []*node{n}, end)
}

func (d *drawing) fencedAll(open string, args []*node, end string) {
	d.element("mrow", func() {
		d.put(`<mo fence="true" form="prefix">` + open + "</mo>")
		for i, a := range args {
			if i > 0 {
				d.put(`<mo separator="true">,</mo>`)
			}
			d.draw(a, 0)
		}
		d.put(`<mo fence="true" form="postfix">` + end + "</mo>")
	})
}

func (d *drawing) operator(sign string) { d.put("<mo>" + sign + "</mo>") }

// number writes 2.5e-3 as a product with a power of ten, and 1e-8 as the power.
func (d *drawing) number(text string) {
	mantissa, exponent, scaled := strings.Cut(text, "e")
	if !scaled {
		d.put("<mn>" + text + "</mn>")
		return
	}
	if mantissa != "1" {
		d.put("<mn>" + mantissa + "</mn>")
		d.operator("⋅")
	}
	exponent = strings.TrimPrefix(exponent, "+")
	d.put("<msup><mn>10</mn><mrow>")
	if digits, negative := strings.CutPrefix(exponent, "-"); negative {
		d.operator("−")
		exponent = digits
	}
	d.put("<mn>" + exponent + "</mn></mrow></msup>")
}

// call writes a function as it is usually drawn.
func (d *drawing) call(n *node) {
	a := n.args[0]
	switch n.text {
	case "sqrt":
		d.element("msqrt", func() { d.draw(a, 0) })
	case "abs":
		d.fenced("|", a, "|")
	case "norm":
		d.fenced("‖", a, "‖")
	case "floor":
		d.fenced("⌊", a, "⌋")
	case "exp":
		d.element("msup", func() { d.put("<mi>e</mi>"); d.row(a) })
	case "turn":
		d.element("msup", func() { d.row2(a, ofPrimary); d.operator("⊥") })
	case "vector":
		d.fencedAll("(", n.args, ")")
	case "dot":
		d.draw(a, ofTerm)
		d.operator("⋅")
		d.draw(n.args[1], ofTerm)
	case "sum":
		d.operator("∑")
		d.draw(a, ofTerm)
	case "if":
		d.cases(n)
	default:
		d.put("<mi>" + n.text + "</mi>")
		d.operator("\u2061") // is applied to
		d.fencedAll("(", n.args, ")")
	}
}

// cases writes if(condition, a, b) as a brace with two lines.
func (d *drawing) cases(n *node) {
	line := func(value *node, f func()) {
		d.element("mtr", func() {
			d.element("mtd", func() { d.draw(value, 0) })
			d.element("mtd", f)
		})
	}
	d.element("mrow", func() {
		d.put(`<mo fence="true" form="prefix">{</mo>`)
		d.put(`<mtable displaystyle="true">`) // or fractions would be small
		line(n.args[1], func() {
			d.put("<mtext>if&#xa0;</mtext>")
			d.draw(n.args[0], 0)
		})
		line(n.args[2], func() { d.put("<mtext>otherwise</mtext>") })
		d.put("</mtable>")
	})
}
