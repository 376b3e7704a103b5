package optim

import (
	"slices"

	"github.com/seed63264101/steepest/optim/internal/domain"
)

// A testedRule is all that the tests know of one type of rule. Every test that goes
// through rules goes through rules below; TestEveryRuleIsTested compares them with
// what New accepts.
type testedRule struct {
	variants []Rule // for New, with every option in use somewhere; the first has the usual values
	rows     []Rule // for tables
	matrices []Rule // for New, of a rule that is tested with matrices alone

	// domains say which values each numeric option may have; see domains_test.go.
	domains map[string]string
	// refused are other rules that may not be, and parts of the error.
	refused []refusedRule

	// dying are variants whose state decays within a few hundred steps.
	dying []Rule
	// smallEps are variants with an Eps, their decays being fractions that float32
	// holds exactly.
	smallEps func(eps float64) []Rule

	// formula takes a step of the oracle.
	formula func(o *oracle, g []float64, lr float64)
	// torch says that torch has the rule, and that there are trajectories of it.
	torch bool
}

type refusedRule struct {
	rule Rule
	want []string
	only string // "float32" if float64 is fine
	// inside says that the error is of a rule inside of it, whose name it has.
	inside bool
}

// Decays that float32 holds exactly.
const beta1, beta2, alpha = 1 - 0x1p-3, 1 - 0x1p-10, 1 - 0x1p-7

var rules = []testedRule{
	{
		variants: []Rule{
			SGD{LR: 0.1},
			SGD{LR: 0.1, WeightDecay: 0.02, Maximize: true},
		},
		rows:    []Rule{SGD{LR: 0.1, WeightDecay: 0.01, Maximize: true}},
		domains: map[string]string{"LR": "(0,∞)", "WeightDecay": "[0,∞)"},
		formula: formulaOf((*oracle).sgd),
		torch:   true,
	},
	{
		variants: []Rule{
			Momentum{LR: 0.05, Momentum: 0.9},
			Momentum{LR: 0.05, Momentum: 0.8, Dampening: 0.3, WeightDecay: 0.02},
			Momentum{LR: 0.05, Momentum: 0.9, Dampening: 0.5, Maximize: true},
			Momentum{LR: 0.05, Momentum: 0.9, Nesterov: true, WeightDecay: 0.02},
		},
		domains: map[string]string{"LR": "(0,∞)", "Momentum": "[0,1)", "Dampening": "[0,1)", "WeightDecay": "[0,∞)"},
		refused: []refusedRule{
			{rule: Momentum{LR: 0.1, Momentum: 0, Nesterov: true}, want: []string{"Momentum = 0", "Nesterov"}},
			{rule: Momentum{LR: 0.1, Momentum: 0.9, Dampening: 0.1, Nesterov: true}, want: []string{"Dampening = 0.1", "Nesterov"}},
			{rule: Momentum{LR: 0.1, Momentum: 1 - 1e-9, Nesterov: true}, want: []string{"Momentum = 0.999999999"}, only: "float32"},
		},
		dying:   []Rule{Momentum{LR: 0.1, Momentum: 0.3}},
		formula: formulaOf((*oracle).momentum),
		torch:   true,
	},
	{
		variants: []Rule{
			NewAdam(0.01),
			Adam{LR: 0.02, Beta1: 0.8, Beta2: 0.99, Eps: 1e-4, WeightDecay: 0.03, Maximize: true},
			Adam{LR: 0.02, Beta1: 0, Beta2: 0.5, Eps: 1e-3},
			Adam{LR: 0.02, Beta1: 0.5, Beta2: 0, Eps: 1e-3},
			Adam{LR: 0.02, Beta1: 0.8, Beta2: 0.5, Eps: 1e-4, WeightDecay: 0.03, AMSGrad: true},
		},
		rows:    []Rule{NewAdam(0.01), with(NewAdam(0.01), func(r *Adam) { r.AMSGrad = true })},
		domains: adamDomains,
		refused: []refusedRule{{rule: Adam{LR: 0.1}, want: []string{"Beta2 = 0", "Beta1 is 0"}}}, // NewAdam forgotten
		dying:   []Rule{Adam{LR: 0.1, Beta1: 0.3, Beta2: 0.4, Eps: 1e-8, AMSGrad: true}},
		smallEps: func(eps float64) []Rule {
			r := Adam{LR: 1e-3, Beta1: beta1, Beta2: beta2, Eps: eps}
			return []Rule{r, with(r, func(r *Adam) { r.AMSGrad = true })}
		},
		formula: formulaOf((*oracle).adam),
		torch:   true,
	},
	{
		variants: []Rule{
			NewAdamW(0.01),
			AdamW{LR: 0.02, Beta1: 0.8, Beta2: 0.99, Eps: 1e-4, WeightDecay: 0.3, Maximize: true},
			AdamW{LR: 0.02, Beta1: 0.8, Beta2: 0.5, Eps: 1e-4, WeightDecay: 0.3, AMSGrad: true, Maximize: true},
		},
		rows:     []Rule{NewAdamW(0.01)},
		domains:  adamDomains,
		dying:    []Rule{AdamW{LR: 0.1, Beta1: 0.3, Beta2: 0.4, Eps: 1e-8}},
		smallEps: func(eps float64) []Rule { return []Rule{AdamW{LR: 1e-3, Beta1: beta1, Beta2: beta2, Eps: eps}} },
		formula:  formulaOf((*oracle).adamW),
		torch:    true,
	},
	{
		variants: []Rule{
			NewAdagrad(0.05),
			Adagrad{LR: 0.1, LRDecay: 0.1, InitialAccumulatorValue: 0.2, Eps: 1e-4, WeightDecay: 0.02, Maximize: true},
		},
		rows: []Rule{Adagrad{LR: 0.1, Eps: 1e-6, LRDecay: 0.1, InitialAccumulatorValue: 0.5}},
		domains: map[string]string{"LR": "(0,∞)", "LRDecay": "[0,∞)", "InitialAccumulatorValue": "[0,∞)",
			"Eps": "(0,∞)", "WeightDecay": "[0,∞)"},
		dying:    []Rule{Adagrad{LR: 0.1, InitialAccumulatorValue: 1e-310, Eps: 1e-10}},
		smallEps: func(eps float64) []Rule { return []Rule{Adagrad{LR: 1e-3, Eps: eps}} },
		formula:  formulaOf((*oracle).adagrad),
		torch:    true,
	},
	{
		rows:    []Rule{RowAdagrad{LR: 0.1, Eps: 1e-6, Maximize: true}, NewRowAdagrad(0.1)},
		domains: map[string]string{"LR": "(0,∞)", "Eps": "(0,∞)"},
		formula: formulaOf((*oracle).rowAdagrad),
	},
	{
		variants: []Rule{
			NewRMSprop(0.01),
			RMSprop{LR: 0.02, Alpha: 0.9, Eps: 1e-4, Momentum: 0.8, WeightDecay: 0.02, Maximize: true},
			RMSprop{LR: 0.02, Alpha: 0.9, Eps: 1e-2, Centered: true, WeightDecay: 0.02},
			RMSprop{LR: 0.02, Alpha: 0.8, Eps: 1e-2, Momentum: 0.5, Centered: true, Maximize: true},
		},
		domains: map[string]string{"LR": "(0,∞)", "Alpha": "(0,1)", "Eps": "(0,∞)", "Momentum": "[0,1)", "WeightDecay": "[0,∞)"},
		dying: []Rule{
			RMSprop{LR: 0.1, Alpha: 0.3, Eps: 1e-8},
			RMSprop{LR: 0.1, Alpha: 0.3, Eps: 1e-8, Momentum: 0.2},
			RMSprop{LR: 0.1, Alpha: 0.3, Eps: 1e-8, Centered: true},
			RMSprop{LR: 0.1, Alpha: 0.3, Eps: 1e-8, Momentum: 0.2, Centered: true},
		},
		smallEps: func(eps float64) []Rule {
			return []Rule{
				RMSprop{LR: 1e-3, Alpha: alpha, Eps: eps},
				RMSprop{LR: 1e-3, Alpha: alpha, Eps: eps, Momentum: beta1},
				RMSprop{LR: 1e-3, Alpha: alpha, Eps: eps, Centered: true},
				RMSprop{LR: 1e-3, Alpha: alpha, Eps: eps, Centered: true, Momentum: beta1},
			}
		},
		formula: formulaOf((*oracle).rmsprop),
		torch:   true,
	},
	{
		variants: []Rule{
			NewAdadelta(1),
			Adadelta{LR: 0.5, Rho: 0.8, Eps: 1e-4, WeightDecay: 0.02, Maximize: true},
		},
		domains:  map[string]string{"LR": "(0,∞)", "Rho": "(0,1)", "Eps": "(0,∞)", "WeightDecay": "[0,∞)"},
		dying:    []Rule{Adadelta{LR: 1, Rho: 0.3, Eps: 1e-6}},
		smallEps: func(eps float64) []Rule { return []Rule{Adadelta{LR: 1, Rho: beta1, Eps: eps}} },
		formula:  formulaOf((*oracle).adadelta),
		torch:    true,
	},
	{
		variants: []Rule{
			NewAdamax(0.01),
			Adamax{LR: 0.02, Beta1: 0.8, Beta2: 0.9, Eps: 1e-3, WeightDecay: 0.02, Maximize: true},
		},
		domains: map[string]string{"LR": "(0,∞)", "Beta1": "[0,1)", "Beta2": "[0,1)", "Eps": "(0,∞) and normal", "WeightDecay": "[0,∞)"},
		dying:   []Rule{Adamax{LR: 0.1, Beta1: 0.3, Beta2: 0.3, Eps: 1e-8}},
		smallEps: func(eps float64) []Rule {
			return []Rule{Adamax{LR: 1e-3, Beta1: beta1, Beta2: beta2, Eps: eps}}
		},
		formula: formulaOf((*oracle).adamax),
		torch:   true,
	},
	{
		variants: []Rule{
			NewNAdam(0.01),
			NAdam{LR: 0.02, Beta1: 0.8, Beta2: 0.99, Eps: 1e-4, MomentumDecay: 0.5, WeightDecay: 0.02, Maximize: true},
			NAdam{LR: 0.02, Beta1: 0.8, Beta2: 0.99, Eps: 1e-4, WeightDecay: 0.3, DecoupledWeightDecay: true},
		},
		domains: map[string]string{"LR": "(0,∞)", "Beta1": "[0,1) in float32", "Beta2": "[0,1)", "Eps": "(0,∞)",
			"MomentumDecay": "[0,∞)", "WeightDecay": "[0,∞)"},
		dying: []Rule{NAdam{LR: 0.1, Beta1: 0.3, Beta2: 0.4, Eps: 1e-8}},
		smallEps: func(eps float64) []Rule {
			return []Rule{NAdam{LR: 1e-3, Beta1: beta1, Beta2: beta2, Eps: eps, MomentumDecay: 4e-3}}
		},
		formula: formulaOf((*oracle).nadam),
		torch:   true,
	},
	{
		variants: []Rule{
			NewRAdam(0.01),
			RAdam{LR: 0.02, Beta1: 0.8, Beta2: 0.9, Eps: 1e-4, WeightDecay: 0.02, Maximize: true},
			RAdam{LR: 0.02, Beta1: 0.8, Beta2: 0.95, Eps: 1e-4, WeightDecay: 0.3, DecoupledWeightDecay: true},
		},
		domains: adamDomains,
		dying: []Rule{
			RAdam{LR: 0.1, Beta1: 0.3, Beta2: 0.4, Eps: 1e-8}, // never rectified
			RAdam{LR: 0.1, Beta1: 0.3, Beta2: 0.7, Eps: 1e-8},
		},
		smallEps: func(eps float64) []Rule { return []Rule{RAdam{LR: 1e-3, Beta1: beta1, Beta2: beta2, Eps: eps}} },
		formula:  formulaOf((*oracle).radam),
		torch:    true,
	},
	{
		variants: []Rule{
			NewAdaBelief(0.01),
			AdaBelief{LR: 0.02, Beta1: 0.8, Beta2: 0.9, Eps: 1e-4, WeightDecay: 0.02, Maximize: true},
			AdaBelief{LR: 0.02, Beta1: 0.8, Beta2: 0.95, Eps: 1e-4, WeightDecay: 0.3, DecoupledWeightDecay: true},
		},
		domains: adamDomains,
		dying:   []Rule{AdaBelief{LR: 0.1, Beta1: 0.3, Beta2: 0.4, Eps: 1e-30}},
		smallEps: func(eps float64) []Rule {
			return []Rule{AdaBelief{LR: 1e-3, Beta1: beta1, Beta2: beta2, Eps: eps}}
		},
		formula: formulaOf((*oracle).adaBelief),
	},
	{
		variants: []Rule{
			NewLion(0.01),
			Lion{LR: 0.02, Beta1: 0.8, Beta2: 0.9, WeightDecay: 0.3, Maximize: true},
		},
		domains: map[string]string{"LR": "(0,∞)", "Beta1": "[0,1)", "Beta2": "[0,1)", "WeightDecay": "[0,∞)"},
		dying:   []Rule{Lion{LR: 0.1, Beta1: 0.3, Beta2: 0.4}},
		formula: formulaOf((*oracle).lion),
	},
	{
		variants: []Rule{
			NewFTRL(0.1),
			FTRL{LR: 0.1, Beta: 0.5, L1: 0.3, L2: 0.2, Maximize: true},
			FTRL{LR: 0.05, L1: 0.1},
		},
		rows:    []Rule{FTRL{LR: 0.1, Beta: 1, L1: 1e-4, L2: 0.2, Maximize: true}}, // of which no zeros come
		domains: map[string]string{"LR": "(0,∞)", "Beta": "[0,∞)", "L1": "[0,∞)", "L2": "[0,∞)"},
		refused: []refusedRule{
			{rule: FTRL{LR: 1e30, L1: 1e300}, want: []string{"L1 = ", "product with LR"}},
			{rule: FTRL{LR: 1e20, L2: 1e20}, want: []string{"L2 = ", "product with LR"}, only: "float32"},
		},
		dying:   []Rule{FTRL{LR: 0.1, Beta: 1}},
		formula: formulaOf((*oracle).ftrl),
	},
	{
		variants: []Rule{
			NewLARS(1),
			LARS{LR: 0.5, Momentum: 0.8, TrustCoefficient: 0.1, WeightDecay: 0.02, Maximize: true},
		},
		domains: map[string]string{"LR": "(0,∞)", "Momentum": "[0,1)", "TrustCoefficient": "(0,∞)", "WeightDecay": "[0,∞)"},
		dying:   []Rule{LARS{LR: 0.1, Momentum: 0.3, TrustCoefficient: 0.001}},
		formula: formulaOf((*oracle).lars),
	},
	{
		variants: []Rule{
			NewLAMB(0.01),
			LAMB{LR: 0.02, Beta1: 0.8, Beta2: 0.99, Eps: 1e-4, WeightDecay: 0.3, Maximize: true},
		},
		domains:  adamDomains,
		dying:    []Rule{LAMB{LR: 0.1, Beta1: 0.3, Beta2: 0.4, Eps: 1e-6}},
		smallEps: func(eps float64) []Rule { return []Rule{LAMB{LR: 1e-3, Beta1: beta1, Beta2: beta2, Eps: eps}} },
		formula:  formulaOf((*oracle).lamb),
	},
	{
		variants: []Rule{
			NewProdigy(1),
			Prodigy{LR: 1, Beta1: 0.8, Beta2: 0.99, Eps: 1e-4, D0: 1e-3, DCoef: 2, GrowthRate: 1.5, BiasCorrection: true, WeightDecay: 0.02, Maximize: true},
			Prodigy{LR: 0.5, Beta1: 0, Beta2: 0.9, Eps: 1e-3, D0: 1e-2, DCoef: 0.5, SafeguardWarmup: true},
		},
		domains: map[string]string{"LR": "(0,∞)", "Beta1": "[0,1)", "Beta2": "(0,1)", "Eps": "(0,∞)", "D0": "(0,∞)", "DCoef": "(0,∞)",
			"GrowthRate": "0 or [1,∞)", "WeightDecay": "[0,∞)"},
		dying: []Rule{Prodigy{LR: 1, Beta1: 0.3, Beta2: 0.4, Eps: 1e-8, D0: 1e-6, DCoef: 1}},
		smallEps: func(eps float64) []Rule {
			return []Rule{Prodigy{LR: 1e-3, Beta1: beta1, Beta2: beta2, Eps: eps, D0: 1, DCoef: 1}}
		},
		formula: formulaOf((*oracle).prodigy),
	},
	{
		variants: []Rule{
			NewScheduleFreeAdamW(0.02),
			ScheduleFreeAdamW{LR: 0.02, Beta1: 0.8, Beta2: 0.9, Eps: 1e-4, WeightDecay: 0.1, WarmupSteps: 5, Maximize: true},
		},
		domains: map[string]string{"LR": "(0,∞)", "Beta1": "(0,1)", "Beta2": "[0,1)", "Eps": "(0,∞)",
			"WeightDecay": "[0,∞)", "WarmupSteps": "[0,∞)"},
		refused: []refusedRule{
			{rule: with(NewScheduleFreeAdamW(1), func(r *ScheduleFreeAdamW) { r.Beta1 = 1e-60 }),
				want: []string{"Beta1 = 1e-60"}, only: "float32"},
		},
		dying: []Rule{with(NewScheduleFreeAdamW(0.1), func(r *ScheduleFreeAdamW) { r.Beta2 = 0.4 })},
		smallEps: func(eps float64) []Rule {
			return []Rule{ScheduleFreeAdamW{LR: 1e-3, Beta1: beta1, Beta2: beta2, Eps: eps}}
		},
		formula: formulaOf((*oracle).scheduleFree),
	},
	{
		matrices: []Rule{
			NewMuon(0.02),
			Muon{LR: 0.02, Momentum: 0.875, MatchRMS: true, Maximize: true},
			Muon{LR: 0.02, Momentum: 0, WeightDecay: 0.5, Rest: SGD{LR: 0.1}},
		},
		domains: map[string]string{"LR": "(0,∞)", "Momentum": "[0,1)", "WeightDecay": "[0,∞)"},
		refused: []refusedRule{
			{rule: with(NewMuon(1), func(r *Muon) { r.Rest = SGD{LR: -1} }), want: []string{"SGD", "LR = -1"}, inside: true},
			{rule: with(NewMuon(1), func(r *Muon) { r.Rest = (*SGD)(nil) }), want: []string{"nil Rule"}, inside: true},
		},
		torch: true,
	},
	{
		matrices: []Rule{
			NewAdafactor(0.01),
			Adafactor{LR: 0.5, Beta2Decay: -0.6, Eps1: 1e-3, Eps2: 0.1, D: 2, WeightDecay: 0.1, Maximize: true},
			Adafactor{LR: 0.5, D: 1},
		},
		domains: map[string]string{
			"LR": "(0,∞)", "Beta2Decay": "(-∞,0]", "Eps1": "0 or with a normal square", "Eps2": "[0,∞)", "D": "[1,∞)", "WeightDecay": "[0,∞)",
		},
		torch: true,
	},
}

// matrixRules are all rules of New for matrices.
var matrixRules = rulesOf(func(r testedRule) []Rule { return r.matrices })

// adamDomains are those of Adam and of rules with the same numbers.
var adamDomains = map[string]string{"LR": "(0,∞)", "Beta1": "[0,1)", "Beta2": "[0,1)", "Eps": "(0,∞)", "WeightDecay": "[0,∞)"}

// variants are all rules of New with every option in use somewhere, rowRules those
// of tables.
var (
	variants = rulesOf(func(r testedRule) []Rule { return r.variants })
	rowRules = rulesOf(func(r testedRule) []Rule { return r.rows })
)

// kinds has one variant of each rule, the one with the most state.
var kinds = rulesOf(func(r testedRule) []Rule {
	var most []Rule
	for _, v := range r.variants {
		if most == nil || vectors(v) >= vectors(most[0]) {
			most = []Rule{v}
		}
	}
	return most
})

// vectors returns the number of vectors that a rule needs.
func vectors(r Rule) int { return len(r.State()) + scratchOf(r) }

// optionsOf returns the numeric options of one of this package's rules.
func optionsOf(r Rule) []domain.Number {
	return r.(interface{ options() []domain.Number }).options()
}

// rulesOf collects the rules of one sort.
func rulesOf(of func(testedRule) []Rule) []Rule {
	var all []Rule
	for _, r := range rules {
		all = append(all, of(r)...)
	}
	return all
}

// first returns the first variant, for dense parameters or else for tables or for matrices.
func (r testedRule) first() Rule { return slices.Concat(r.variants, r.rows, r.matrices)[0] }

// name returns the rule's name.
func (r testedRule) name() string { return r.first().Name() }

// withEps returns every rule with an Eps.
func withEps(eps float64) []Rule {
	return rulesOf(func(r testedRule) []Rule {
		if r.smallEps == nil {
			return nil
		}
		return r.smallEps(eps)
	})
}
