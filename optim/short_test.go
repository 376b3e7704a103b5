package optim

import "testing"

// some returns a sixth of the rules where tests are short, as under emulation:
// enough to see that what the test is about holds there, since TestGoldenRules
// compares all rules.
func some(rules []Rule) []Rule {
	if !testing.Short() {
		return rules
	}
	var some []Rule
	for i := 0; i < len(rules); i += 6 {
		some = append(some, rules[i])
	}
	return some
}
