package formula

import "strings"

// greek are the letters that are written by their names.
var greek = map[string]string{
	"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "eps": "ε", "zeta": "ζ", "eta": "η",
	"theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
	"rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
	"Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Pi": "Π", "Sigma": "Σ",
	"Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
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
	below := sub != "" || n.index != nil
	switch {
	case below && primes > 0:
		d.WriteString("<msubsup>")
	case below:
		d.WriteString("<msub>")
	case primes > 0:
		d.WriteString("<msup>")
	}
	d.head(head)
	if below {
		d.element("mrow", func() {
			if sub != "" {
				d.subscript(sub)
			}
			if sub != "" && n.index != nil {
				d.WriteString(`<mo separator="true">,</mo>`)
			}
			if n.index != nil {
				d.draw(n.index, 0)
			}
		})
	}
	if primes > 0 {
		d.operator(strings.Repeat("′", primes))
	}
	switch {
	case below && primes > 0:
		d.WriteString("</msubsup>")
	case below:
		d.WriteString("</msub>")
	case primes > 0:
		d.WriteString("</msup>")
	}
}

func (d *drawing) head(head string) {
	letter := "<mi>" + letters(head) + "</mi>"
	if bare, hat := strings.CutSuffix(head, "hat"); hat && bare != "" {
		letter = `<mover accent="true">` + letter + "<mo>^</mo></mover>"
	}
	d.WriteString(letter)
}

func (d *drawing) subscript(sub string) {
	if strings.Trim(sub, "0123456789") == "" {
		d.WriteString("<mn>" + sub + "</mn>")
		return
	}
	d.WriteString("<mi>" + letters(sub) + "</mi>")
}
