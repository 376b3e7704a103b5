package optim

import (
	"fmt"
	"go/ast"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/seed63264101/steepest/optim/internal/opttest"
)

// ruleTypes returns the types that look like rules in the source: those with a
// learning rate and options.
func ruleTypes(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for name, methods := range opttest.Methods(t) {
		if slices.Contains(methods, "LearningRate") && slices.Contains(methods, "options") {
			found[name] = true
		}
	}
	if len(found) < 10 {
		t.Fatalf("the source has only the rules %v", found)
	}
	return found
}

// TestEveryRuleIsTested fails by name for a rule that the tests do not know, and
// for what an entry of rules lacks.
func TestEveryRuleIsTested(t *testing.T) {
	tested := map[string]bool{}
	for _, r := range rules {
		tested[r.name()] = true
		r.check(t)
	}
	for name := range ruleTypes(t) {
		if !tested[name] {
			t.Errorf("%s is a rule that no test knows: add it to rules", name)
		}
	}
}

func (r testedRule) check(t *testing.T) {
	t.Helper()
	name := r.name()
	lacks := func(what string) { t.Errorf("the entry of %s in rules lacks %s", name, what) }
	typ := reflect.TypeOf(r.first())
	if typ.Name() != name {
		t.Errorf("the rule %s has the name %q", typ.Name(), name)
	}

	// What New accepts for dense parameters and for tables.
	for _, sparse := range []bool{false, true} {
		accepts := accept[float64](r.first(), sparse) == nil
		has := r.variants != nil || r.matrices != nil
		if sparse {
			has = r.rows != nil
		}
		if accepts != has {
			t.Errorf("New accepts %s, Sparse = %v: %v, but tests with it: %v", name, sparse, accepts, has)
		}
	}

	// Every option is in use, in the variants for dense parameters or, of a rule that has
	// none, in those for tables.
	all := slices.Concat(r.variants, r.matrices)
	if all == nil {
		all = r.rows
	}
	for _, v := range slices.Concat(all, r.rows, r.dying) {
		if reflect.TypeOf(v) != typ {
			t.Errorf("the entry of %s in rules has a %T", name, v)
		}
	}
	for i := range typ.NumField() {
		if !slices.ContainsFunc(all, func(v Rule) bool { return !reflect.ValueOf(v).Field(i).IsZero() }) {
			lacks("a variant with " + typ.Field(i).Name)
		}
	}

	// Every number is checked. TestDomains compares with the fields themselves.
	for _, o := range optionsOf(r.first()) {
		if r.domains[o.Name] == "" {
			lacks("the domain of " + o.Name)
		}
	}
	if r.formula == nil && r.matrices == nil {
		lacks("a formula")
	}
	if r.variants == nil {
		return
	}
	if len(r.first().State()) > 0 && r.dying == nil {
		lacks("variants whose state dies")
	}
	if _, ok := typ.FieldByName("Eps"); ok && r.smallEps == nil {
		lacks("variants with a small Eps")
	}
}

// docOf returns the doc comment of the package, or of a type or a function.
func docOf(t *testing.T, name string) string {
	t.Helper()
	for _, f := range opttest.Source(t, ".") {
		if name == "" && f.Doc != nil {
			return f.Doc.Text()
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if s, ok := s.(*ast.TypeSpec); ok && s.Name.Name == name {
						return d.Doc.Text()
					}
				}
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.Name == name {
					return d.Doc.Text()
				}
			}
		}
	}
	t.Fatalf("no comment on %q", name)
	return ""
}

// TestRulesInDoc: the comments on Rule and Lazy name every rule that there is, and no
// other.
func TestRulesInDoc(t *testing.T) {
	var dense, lazy []string
	for _, r := range rules {
		if r.variants != nil || r.matrices != nil {
			dense = append(dense, r.name())
		}
		if r.rows != nil {
			lazy = append(lazy, r.name())
		}
	}
	compareNames := func(where string, found [][]string, want []string) {
		t.Helper()
		var names []string
		for _, m := range found {
			names = append(names, m[1])
		}
		slices.Sort(names)
		if want := slices.Sorted(slices.Values(want)); !slices.Equal(names, want) {
			t.Errorf("the comment on %s has the rules %v, want %v", where, names, want)
		}
	}
	compareNames("Rule", regexp.MustCompile(`\[(\w+)\]`).FindAllStringSubmatch(docOf(t, "Rule"), -1), dense)
	compareNames("Lazy", regexp.MustCompile(`(?m)^\t(\w+) `).FindAllStringSubmatch(docOf(t, "Lazy"), -1), lazy)

	// The error for other rules.
	err := accept[float64](NewLARS(1), true)
	for _, name := range lazy {
		wantError(t, err, name)
	}
}

// TestTableInDoc: the package comment's table has every rule with the number of its
// state vectors and the bytes that follow from them, and below a rule what options
// add to both.
func TestTableInDoc(t *testing.T) {
	type row struct{ state, bytes int }
	type entry struct {
		row
		with map[string]row // by option
	}
	table := map[string]entry{}
	last := ""
	line := regexp.MustCompile(`(?m)^\t(  with )?(\w+) +\+?(\d) +\+?(\d+)\b`)
	for _, m := range line.FindAllStringSubmatch(docOf(t, ""), -1) {
		var r row
		fmt.Sscan(m[3], &r.state)
		fmt.Sscan(m[4], &r.bytes)
		if m[1] == "" {
			last = m[2]
			table[last] = entry{r, map[string]row{}}
		} else {
			table[last].with[m[2]] = r
		}
	}
	for _, r := range rules {
		if r.variants == nil && r.matrices == nil {
			continue // of tables alone
		}
		e, ok := table[r.name()]
		if !ok {
			t.Errorf("the table in the package comment has no %s", r.name())
			continue
		}
		delete(table, r.name())
		for _, v := range slices.Concat(r.variants, r.matrices) {
			want := e.row
			for option, more := range e.with {
				if !reflect.ValueOf(v).FieldByName(option).IsZero() {
					want.state += more.state
					want.bytes += more.bytes
				}
			}
			if got := (row{len(v.State()), traffic(v)}); got != want {
				t.Errorf("%s %+v has %d state vectors and %d bytes, the package comment %d and %d",
					r.name(), v, got.state, got.bytes, want.state, want.bytes)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(table)) {
		t.Errorf("the table in the package comment has %s, which is no rule", name)
	}
}

// traffic returns the bytes that a rule's update of a float32 parameter reads and
// writes, for each element.
func traffic(rule Rule) int {
	streams := 3 + 2*len(rule.State()) // p and each state vector are read and written, g is read
	switch rule.(type) {
	case LARS:
		streams += 2 // p and g are read for the norms
	case Adafactor:
		streams = 16 // p and g are read for their sizes, and the scratch vector by every pass
	case LAMB:
		streams = 7 + 3 // the direction is written, then read to change p
	case Prodigy:
		streams = 9 + 4 // p and p0 are read for their difference, and then the moments to change p
	}
	return 4 * streams
}
