package optim_test

import (
	"go/ast"
	"maps"
	"math/rand/v2"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/internal/opttest"
	"github.com/seed63264101/steepest/optim/schedule"
	"github.com/seed63264101/steepest/optim/train"
)

// f32 instantiates what is generic.
type f32 = float32

// functions are all functions of the package and of the two beside it, schedule and train. That
// there are no others is tested.
var functions = map[string]any{
	"BiasOrNorm":             optim.BiasOrNorm,
	"Bounds":                 optim.Bounds,
	"CheckParams":            optim.CheckParams[f32],
	"ClipNorm":               optim.ClipNorm,
	"ClipParamNorm":          optim.ClipParamNorm,
	"ClipValue":              optim.ClipValue,
	"FailAfterSkips":         optim.FailAfterSkips,
	"GroupClipNorm":          optim.GroupClipNorm,
	"GroupRule":              optim.GroupRule,
	"GroupSplitParams":       optim.GroupSplitParams,
	"GroupStateFormat":       optim.GroupStateFormat,
	"GroupSchedule":          optim.GroupSchedule,
	"L1":                     optim.L1,
	"LRFactor":               optim.LRFactor,
	"MayBeEmpty":             optim.MayBeEmpty,
	"New":                    optim.New[f32],
	"NewAdaBelief":           optim.NewAdaBelief,
	"NewAdadelta":            optim.NewAdadelta,
	"NewAdafactor":           optim.NewAdafactor,
	"NewAdagrad":             optim.NewAdagrad,
	"Distributed":            optim.Distributed,
	"NewAdam":                optim.NewAdam,
	"NewAdamW":               optim.NewAdamW,
	"NewAdamax":              optim.NewAdamax,
	"NewFTRL":                optim.NewFTRL,
	"NewLAMB":                optim.NewLAMB,
	"NewLARS":                optim.NewLARS,
	"NewLion":                optim.NewLion,
	"NewLossScaler":          optim.NewLossScaler,
	"NewMomentum":            optim.NewMomentum,
	"NewMuon":                optim.NewMuon,
	"NewNAdam":               optim.NewNAdam,
	"NewProdigy":             optim.NewProdigy,
	"NewRAdam":               optim.NewRAdam,
	"NewRMSprop":             optim.NewRMSprop,
	"NewRowAdagrad":          optim.NewRowAdagrad,
	"NewSGD":                 optim.NewSGD,
	"NewScheduleFreeAdamW":   optim.NewScheduleFreeAdamW,
	"ParseFormat":            optim.ParseFormat,
	"Unchecked":              optim.Unchecked,
	"WeightDecay":            optim.WeightDecay,
	"WithGroup":              optim.WithGroup,
	"WithLossScale":          optim.WithLossScale,
	"WithLossScaler":         optim.WithLossScaler,
	"WithReduction":          optim.WithReduction,
	"WithReductionOrder":     optim.WithReductionOrder,
	"WithRoundingSeed":       optim.WithRoundingSeed,
	"WithSchedule":           optim.WithSchedule,
	"WithSplitParams":        optim.WithSplitParams,
	"WithStateFormat":        optim.WithStateFormat,
	"WithoutDecay":           optim.WithoutDecay,
	"Workers":                optim.Workers,
	"ZeroGrads":              optim.ZeroGrads,
	"schedule.Check":         schedule.Check,
	"schedule.Find":          schedule.Find,
	"schedule.IsRelative":    schedule.IsRelative,
	"schedule.NewOneCycle":   schedule.NewOneCycle,
	"schedule.NewPlateau":    schedule.NewPlateau,
	"schedule.Observers":     schedule.Observers,
	"train.FindRate":         train.FindRate[f32],
	"train.Fit":              train.Fit[f32],
	"train.NewDivergence":    train.NewDivergence,
	"train.NewEMA":           train.NewEMA[f32],
	"train.NewEarlyStopping": train.NewEarlyStopping[f32],
	"train.NewRateSweep":     train.NewRateSweep,
	"train.NewRun":           train.NewRun[f32],
	"train.NewSWA":           train.NewSWA[f32],
	"train.Sweep":            train.Sweep[f32],
}

// types are all types of these packages with methods that are not interfaces.
var types = map[string]reflect.Type{
	"AdaBelief":                   reflect.TypeFor[optim.AdaBelief](),
	"Adadelta":                    reflect.TypeFor[optim.Adadelta](),
	"Adafactor":                   reflect.TypeFor[optim.Adafactor](),
	"Adagrad":                     reflect.TypeFor[optim.Adagrad](),
	"Adam":                        reflect.TypeFor[optim.Adam](),
	"AdamW":                       reflect.TypeFor[optim.AdamW](),
	"Adamax":                      reflect.TypeFor[optim.Adamax](),
	"FTRL":                        reflect.TypeFor[optim.FTRL](),
	"Format":                      reflect.TypeFor[optim.Format](),
	"ReductionOrder":              reflect.TypeFor[optim.ReductionOrder](),
	"Gradients":                   reflect.TypeFor[optim.Gradients[f32]](),
	"LAMB":                        reflect.TypeFor[optim.LAMB](),
	"LARS":                        reflect.TypeFor[optim.LARS](),
	"Lion":                        reflect.TypeFor[optim.Lion](),
	"Momentum":                    reflect.TypeFor[optim.Momentum](),
	"Muon":                        reflect.TypeFor[optim.Muon](),
	"NAdam":                       reflect.TypeFor[optim.NAdam](),
	"Optimizer":                   reflect.TypeFor[optim.Optimizer[f32]](),
	"Param":                       reflect.TypeFor[optim.Param[f32]](),
	"Prodigy":                     reflect.TypeFor[optim.Prodigy](),
	"RAdam":                       reflect.TypeFor[optim.RAdam](),
	"RMSprop":                     reflect.TypeFor[optim.RMSprop](),
	"Reason":                      reflect.TypeFor[optim.Reason](),
	"Report":                      reflect.TypeFor[optim.Report](),
	"RowAdagrad":                  reflect.TypeFor[optim.RowAdagrad](),
	"RowGradients":                reflect.TypeFor[optim.RowGradients[f32]](),
	"RuleFunc":                    reflect.TypeFor[optim.RuleFunc[f32]](),
	"SGD":                         reflect.TypeFor[optim.SGD](),
	"ScheduleFreeAdamW":           reflect.TypeFor[optim.ScheduleFreeAdamW](),
	"SkippedError":                reflect.TypeFor[optim.SkippedError](),
	"StateSnapshot":               reflect.TypeFor[optim.StateSnapshot[f32]](),
	"Sum":                         reflect.TypeFor[optim.Sum](),
	"schedule.Constant":           reflect.TypeFor[schedule.Constant](),
	"schedule.Cosine":             reflect.TypeFor[schedule.Cosine](),
	"schedule.CosineWarmRestarts": reflect.TypeFor[schedule.CosineWarmRestarts](),
	"schedule.Exponential":        reflect.TypeFor[schedule.Exponential](),
	"schedule.Func":               reflect.TypeFor[schedule.Func](),
	"schedule.InverseTime":        reflect.TypeFor[schedule.InverseTime](),
	"schedule.MultiStep":          reflect.TypeFor[schedule.MultiStep](),
	"schedule.OneCycle":           reflect.TypeFor[schedule.OneCycle](),
	"schedule.Plateau":            reflect.TypeFor[schedule.Plateau](),
	"schedule.Polynomial":         reflect.TypeFor[schedule.Polynomial](),
	"schedule.Sequence":           reflect.TypeFor[schedule.Sequence](),
	"schedule.StepDecay":          reflect.TypeFor[schedule.StepDecay](),
	"schedule.Warmup":             reflect.TypeFor[schedule.Warmup](),
	"schedule.WarmupStableDecay":  reflect.TypeFor[schedule.WarmupStableDecay](),
	"train.Batches":               reflect.TypeFor[train.Batches](),
	"train.DivergedError":         reflect.TypeFor[train.DivergedError](),
	"train.Divergence":            reflect.TypeFor[train.Divergence](),
	"train.EarlyStopping":         reflect.TypeFor[train.EarlyStopping[f32]](),
	"train.FitResult":             reflect.TypeFor[train.FitResult](),
	"train.GradNormLimit":         reflect.TypeFor[train.GradNormLimit](),
	"train.History":               reflect.TypeFor[train.History](),
	"train.LossChange":            reflect.TypeFor[train.LossChange](),
	"train.MovingAverage":         reflect.TypeFor[train.MovingAverage](),
	"train.Patience":              reflect.TypeFor[train.Patience](),
	"train.Progress":              reflect.TypeFor[train.Progress](),
	"train.RateSweep":             reflect.TypeFor[train.RateSweep](),
	"train.Run":                   reflect.TypeFor[train.Run[f32]](),
	"train.StepLimit":             reflect.TypeFor[train.StepLimit](),
	"train.StopFunc":              reflect.TypeFor[train.StopFunc](),
	"train.SweepOptions":          reflect.TypeFor[train.SweepOptions](),
	"train.SweepResult":           reflect.TypeFor[train.SweepResult](),
	"train.WeightAverage":         reflect.TypeFor[train.WeightAverage[f32]](),
}

// TestMisuseList: functions and types are all that there are.
func TestMisuseList(t *testing.T) {
	foundFunctions, foundTypes := map[string]bool{}, map[string]bool{}
	for dir, prefix := range map[string]string{".": "", "schedule": "schedule.", "train": "train."} {
		for _, f := range opttest.Source(t, dir) {
			for _, d := range f.Decls {
				d, ok := d.(*ast.FuncDecl)
				if !ok || !d.Name.IsExported() {
					continue
				}
				if d.Recv == nil {
					foundFunctions[prefix+d.Name.Name] = true
					continue
				}
				if name := receiverName(d.Recv.List[0].Type); ast.IsExported(name) {
					foundTypes[prefix+name] = true
				}
			}
		}
	}
	for name := range foundFunctions {
		if functions[name] == nil {
			t.Errorf("function %s is not in the list", name)
		}
	}
	for name := range foundTypes {
		if types[name] == nil {
			t.Errorf("type %s is not in the list", name)
		}
	}
	if len(foundFunctions) != len(functions) || len(foundTypes) != len(types) {
		t.Errorf("%d functions and %d types, of %d and %d in the list", len(foundFunctions), len(foundTypes), len(functions), len(types))
	}
}

// receiverName returns a method's type without pointer and type parameters.
func receiverName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiverName(e.X)
	case *ast.IndexExpr:
		return receiverName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// TestMisuse calls everything with whatever its types allow: nothing panics. What
// returns errors returns some, and not always.
func TestMisuse(t *testing.T) {
	calls, good, bad := map[string]int{}, map[string]int{}, map[string]int{}
	try := func(name string, seed uint64, f func(m *misuser)) {
		defer func() {
			if r := recover(); r != nil {
				t.Errorf("%s, seed %d: panic: %v\n%s", name, seed, r, debug.Stack())
			}
		}()
		f(&misuser{Rand: rand.New(rand.NewPCG(seed, 9))})
	}
	count := func(name string, out []reflect.Value) {
		calls[name]++
		if n := len(out); n > 0 && out[n-1].Type() == reflect.TypeFor[error]() {
			if out[n-1].IsNil() {
				good[name]++
			} else {
				bad[name]++
			}
		}
	}
	for seed := range uint64(500) {
		for name, f := range functions {
			try(name, seed, func(m *misuser) { count(name, m.call(reflect.ValueOf(f), 0)) })
		}
		for name, typ := range types {
			try(name, seed, func(m *misuser) {
				v := m.receiver(typ)
				for range 10 { // in any order, one after the other
					i := m.IntN(v.NumMethod())
					count(name+"."+v.Type().Method(i).Name, m.call(v.Method(i), 0))
				}
			})
		}
		if t.Failed() {
			return
		}
	}
	names := slices.Collect(maps.Keys(functions))
	for name, typ := range types {
		v := reflect.PointerTo(typ)
		for i := range v.NumMethod() {
			names = append(names, name+"."+v.Method(i).Name)
		}
	}
	for _, name := range names {
		if n := calls[name]; n < 20 {
			t.Errorf("only %d calls of %s", n, name)
		}
		// Numbers of one's own always have a text.
		if name == "RuleFunc.Float64" {
			continue // the list has that for float32
		}
		if g, b := good[name], bad[name]; g+b > 0 && (g < 3 || b < 3 && !strings.HasSuffix(name, ".SaveState")) {
			t.Errorf("%s: %d calls without an error, %d with one", name, g, b)
		}
	}
}
