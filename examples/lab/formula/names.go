package formula

import "strings"

// greek are the letters that are written by their names.
var greek = pairs("alpha α beta β gamma γ delta δ eps ε zeta ζ eta η theta θ kappa κ lambda λ mu μ nu ν xi ξ pi π " +
	"rho ρ sigma σ tau τ phi φ chi χ psi ψ omega ω " +
	"Gamma Γ Delta Δ Theta Θ Lambda Λ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω")

// pairs makes a map of a list of keys and values.
func pairs(list string) map[string]string {
	words := strings.Fields(list)
	m := make(map[string]string)
	for i := 0; i < len(words); i += 2 {
		m[words[i]] = words[i+1]
	}
	return m
}

// letters returns what is drawn for a name without its subscript.
func letters(head string) string {
	if bare, hat := strings.CutSuffix(head, "hat"); hat && bare != "" {
		head = bare
	}
	if letter := greek[head]; letter != "" {
		return letter
	}
	return head
}

// split returns a name without primes, index and subscript, and the subscript: what is behind
// _, or the digits at the end.
func split(text string) (head, sub string) {
	text = strings.TrimRight(text, "'")
	text, _, _ = strings.Cut(text, "[")
	if head, sub, found := strings.Cut(text, "_"); found {
		return head, sub
	}
	head = strings.TrimRight(text, "0123456789")
	return head, text[len(head):]
}

// name writes a name with all that hangs on it.
func (d *drawing) name(n *node) {
	head, sub := split(n.text)
	primes := len(n.text) - len(strings.TrimRight(n.text, "'"))
	var around string
	switch below := sub != "" || n.index != nil; {
	case below && primes > 0:
		around = "msubsup"
	case below:
		around = "msub"
	case primes > 0:
		around = "msup"
	default:
		d.head(head)
		return
	}
	d.element(around, func() {
		d.head(head)
		if around != "msup" {
			d.element("mrow", func() { d.below(sub, n.index) })
		}
		if primes > 0 {
			d.operator(strings.Repeat("′", primes))
		}
	})
}

// below writes a subscript and an index.
func (d *drawing) below(sub string, index *node) {
	if sub != "" {
		d.subscript(sub)
	}
	if index == nil {
		return
	}
	if sub != "" {
		d.put(`<mo separator="true">,</mo>`)
	}
	d.draw(index, 0)
}

func (d *drawing) head(head string) {
	bare, hat := strings.CutSuffix(head, "hat")
	if hat = hat && bare != ""; hat {
		d.put(`<mover accent="true">`)
	}
	d.put("<mi>" + letters(head) + "</mi>")
	if hat {
		d.put("<mo>^</mo></mover>")
	}
}

func (d *drawing) subscript(sub string) {
	if strings.Trim(sub, "0123456789") == "" {
		d.put("<mn>" + sub + "</mn>")
		return
	}
	d.put("<mi>" + letters(sub) + "</mi>")
}
