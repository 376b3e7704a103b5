package formula

import (
	"encoding/xml"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"strings"
	"testing"
)

func values() Values {
	return Values{
		"x": {3}, "y": {-2}, "p": {1, -2}, "q": {0.5, 4}, "m[t-1]": {0.25, 8}, "t": {7}, "beta1": {0.9}, "p'": {5}, "v_max": {9},
	}
}

func TestEval(t *testing.T) {
	for text, want := range map[string][]float64{
		"1 + 2*3":                         {7},
		"2*3 - 1 - 1":                     {4},
		"12/2/3":                          {2},
		"-x^2":                            {-9},
		"2^-1":                            {0.5},
		"2^3^2":                           {512},
		"(-2)^3":                          {-8},
		"-2*3--4/2":                       {-4},
		"2--1":                            {3},
		"1.5e3 + .5":                      {1500.5},
		"2e":                              nil,
		"p + q":                           {1.5, 2},
		"p*x - m[t-1]":                    {2.75, -14},
		"m[ t - 1 ] / 2":                  {0.125, 4},
		"m[t] = 2*m[t-1]":                 {0.5, 16},
		"p' + v_max":                      {14},
		"1 - beta1^t":                     {1 - math.Pow(0.9, 7)},
		"0.96^(t*0.5)":                    {math.Pow(0.96, 3.5)},
		"t^-0.8":                          {math.Pow(7, -0.8)},
		"0^0.5 + 0^0":                     {1},
		"4^0.5":                           {2},
		"max(p, q, 0.75)":                 {1, 4},
		"min(p, x)":                       {1, -2},
		"abs(p)":                          {1, 2},
		"sign(p) + sign(0)":               {1, -1},
		"norm(p)^2":                       {5},
		"rms(p)":                          {math.Sqrt(2.5)},
		"dot(p, q)":                       {-7.5},
		"sum(q) + mean(q)":                {6.75},
		"if(p > 0, q, -q)":                {0.5, -4},
		"vector(x, 2*y) + turn(p)":        {5, -3},
		"sin(pi/2) + sin(-pi/6)":          {0.5},
		"if(t == 1, p, q)":                {0.5, 4},
		"(1 <= 1) + (2 >= 3) + (1 < 1)":   {1},
		"floor(y/4)":                      {-1},
		"exp(log(x))":                     {3},
		"cos(2*pi*x) + sqrt(x*x) - 2":     {2},
		"(1 - x)^2 + 100*(y - x^2)^2":     {4 + 100*121},
		"p[t] = p - q/(sqrt(m[t-1]) + 1)": {1 - 0.5/1.5, -2 - 4/(math.Sqrt(8)+1)},
	} {
		f, err := Parse(text)
		if err != nil {
			if want != nil {
				t.Error(err)
			}
			continue
		}
		got, err := f.Eval(values())
		if err != nil || len(got) != len(want) {
			t.Errorf("%s is %v (%v), want %v", text, got, err, want)
			continue
		}
		for i := range want {
			if math.Abs(got[i]-want[i]) > 1e-14*math.Max(1, math.Abs(want[i])) {
				t.Errorf("%s is %v, want %v", text, got, want)
			}
		}
	}
}

func TestCos(t *testing.T) {
	for i := -4000; i <= 4000; i++ {
		x := float64(i) * 0.37
		if got := cos(x); math.Abs(got-math.Cos(x)) > 1e-15 {
			t.Fatalf("cos(%v) is %v, want %v", x, got, math.Cos(x))
		}
	}
}

// TestSameEverywhere: what is computed has the same bits on every machine.
func TestSameEverywhere(t *testing.T) {
	f := Must("cos(x)*exp(-x^2/50) + abs(x)^0.3 - dot(x, x)/(1 + norm(x)) + log(1 + x^2)")
	sum := fnv.New64a()
	for i := range 2000 {
		x, err := f.Eval(Values{"x": {float64(i-1000) * 0.0123, float64(i) * 0.7}})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(sum, "%x ", x)
	}
	if got := sum.Sum64(); got != 0xe0fa49bfff96ae25 {
		t.Errorf("hash is %#x", got)
	}
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "column 1: want a number, a name or (, not the end",
		"a +* b":                  `column 4: want a number, a name or (, not "*"`,
		"(a":                      "column 3: want ), not the end",
		"a b":                     `column 3: want the end or an operation, not "b"`,
		"a = b = c":               "column 7: want the end",
		"a + b = c":               "column 1: want a name before =",
		"f(x)":                    "column 1: no function f",
		"1 + sqrt(a,b)":           "column 5: sqrt has 2 arguments, want 1",
		"max(a)":                  "max has 1 arguments, want 2 or more",
		"max(a b)":                "want , or )",
		"m[t":                     "want ], not the end",
		"1.2.3":                   "no number 1.2.3",
		"m_":                      "empty subscript",
		"µ":                       `want a number, a name or (`,
		strings.Repeat("(", 1e6):  "more than 100",
		strings.Repeat("a^", 1e6): "more than 100",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: error %v, want %s", text, err, want)
		}
	}
	for text, want := range map[string]string{
		"z + 1":                "z has no value",
		"m[t]":                 "m[t] has no value",
		"p + three":            "vectors of 2 and 3 elements",
		"if(p > 0, three, 1)":  "vectors of 2 and 3 elements",
		"1 + max(p, 1, three)": "vectors of 2 and 3 elements",
		"dot(three, p)":        "vectors of 3 and 2 elements",
		"none + 1":             "without elements",
		"vector(p, 1)":         "a vector of vectors",
		"turn(t)":              "turn of 1 elements",
	} {
		v := values()
		v["three"], v["none"] = []float64{1, 2, 3}, []float64{}
		f, err := Parse(text)
		if err == nil {
			_, err = f.Eval(v)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
}

func TestMathML(t *testing.T) {
	for text, want := range map[string]string{
		"a/b":         "<mfrac><mrow><mi>a</mi></mrow><mrow><mi>b</mi></mrow></mfrac>",
		"2*x":         "<mn>2</mn><mo>\u2062</mo><mi>x</mi>",
		"x*2":         "<mi>x</mi><mo>⋅</mo><mn>2</mn>",
		"Rate*x":      "<mi>Rate</mi><mo>⋅</mo><mi>x</mi>",
		"beta1":       "<msub><mi>β</mi><mrow><mn>1</mn></mrow></msub>",
		"mhat":        `<mover accent="true"><mi>m</mi><mo>^</mo></mover>`,
		"v_max[t]":    `<msub><mi>v</mi><mrow><mi>max</mi><mo separator="true">,</mo><mi>t</mi></mrow></msub>`,
		"p'":          "<msup><mi>p</mi><mo>′</mo></msup>",
		"m[t-1]''":    "<msubsup><mi>m</mi><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow><mo>′′</mo></msubsup>",
		"1e-8":        "<msup><mn>10</mn><mrow><mo>−</mo><mn>8</mn></mrow></msup>",
		"(a + b)^2":   `<msup><mrow><mrow><mo fence="true" form="prefix">(</mo><mi>a</mi><mo>+</mo><mi>b</mi><mo fence="true" form="postfix">)</mo></mrow></mrow><mrow><mn>2</mn></mrow></msup>`,
		"a - (b - c)": `<mi>a</mi><mo>−</mo><mrow><mo fence="true" form="prefix">(</mo><mi>b</mi><mo>−</mo><mi>c</mi><mo fence="true" form="postfix">)</mo></mrow>`,
		"a*(-b)":      `<mi>a</mi><mo>` + "\u2062" + `</mo><mrow><mo fence="true" form="prefix">(</mo><mo>−</mo><mi>b</mi><mo fence="true" form="postfix">)</mo></mrow>`,
		"-a*b":        "<mo>−</mo><mi>a</mi><mo>\u2062</mo><mi>b</mi>",
		"2*cos(x)":    `<mn>2</mn><mo>` + "\u2062</mo><mi>cos</mi><mo>\u2061</mo>" + `<mrow><mo fence="true" form="prefix">(</mo><mi>x</mi><mo fence="true" form="postfix">)</mo></mrow>`,
		"sqrt(x + 1)": "<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>",
		"norm(g)":     `<mrow><mo fence="true" form="prefix">‖</mo><mi>g</mi><mo fence="true" form="postfix">‖</mo></mrow>`,
		"a < b":       "<mi>a</mi><mo>&lt;</mo><mi>b</mi>",
		"m = d":       "<mi>m</mi><mo>=</mo><mi>d</mi>",
	} {
		got, err := MathML(text)
		if err != nil || !strings.Contains(got, "<mrow>"+want+"</mrow></math>") {
			t.Errorf("%s is %s (%v), want %s", text, got, err, want)
		}
	}
}

// elements are those of MathML Core that formulas are made of, and how many children those have
// that want a number of them.
var elements = map[string]int{
	"math": 1, "mrow": -1, "mi": 0, "mn": 0, "mo": 0, "mtext": 0, "mfrac": 2, "msqrt": -1, "msup": 2,
	"msub": 2, "msubsup": 3, "mover": 2, "mtable": -1, "mtr": -1, "mtd": -1,
}

// wellFormed fails unless a text is XML of these elements.
func wellFormed(t *testing.T, text string) {
	t.Helper()
	var names []string
	var children []int
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if len(children) > 0 {
				children[len(children)-1]++
			}
			names, children = append(names, e.Name.Local), append(children, 0)
		case xml.EndElement:
			last := len(names) - 1
			if want, known := elements[names[last]]; !known || want >= 0 && want != children[last] {
				t.Fatalf("%s: %s has %d children", text, names[last], children[last])
			}
			names, children = names[:last], children[:last]
		}
	}
}

func TestMathMLIsWellFormed(t *testing.T) {
	for _, text := range []string{
		"p[t] = p[t-1] - gamma*mhat/(sqrt(vhat) + eps)",
		"u = max(beta2*u[t-1], abs(d) + 1e-8) + 2.5e+3",
		"w = if(abs(z) <= gamma*L_1, 0, -(z - sign(z)*gamma)/(rho + sqrt(n)))",
		"cos(2*pi*x)*exp(-x^2) + log(1 + exp(x)) + floor(x)*rms(x)",
		"e_2 = turn(vector(a, b) + turn(c))*sin(x)",
		"s = sum(abs(s'))/dot(g, p_0 - p[t-1]) + mean(g^2)",
	} {
		wellFormed(t, Must(text).MathML())
	}
}

// FuzzParse: no text makes Parse, Eval or MathML panic, and what is drawn is well-formed.
func FuzzParse(f *testing.F) {
	f.Add("p[t] = p[t-1] - gamma*mhat/(sqrt(vhat) + eps)")
	f.Add("if(a<=b,-x^-2,max(1,2e-3))'")
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := Parse(text)
		if err != nil {
			return
		}
		wellFormed(t, parsed.MathML())
		v := Values{}
		parsed.right.give(v)
		parsed.Eval(v) // which may have two numbers where one is wanted
	})
}

// give adds values for all names of an expression.
func (n *node) give(v Values) {
	if n.kind == "name" {
		v[n.text] = []float64{float64(len(v)), 2}[:1+len(v)%2]
	}
	for _, a := range n.args {
		a.give(v)
	}
}
