package spec

import (
	"strings"
	"testing"
)

// TestParse: canonical texts of texts without a problem.
func TestParse(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"#", ""},
		{"f=rosenbrock(Steepness=100)&at=-1.5,2&type=f32&steps=500&run=Adam(LR=0.01,Beta1=0.9)", ""},
		{"run=adam(lr=.02,BETA1=0.80)&STEPS=0100&f=Rosenbrock", "steps=100&run=Adam(LR=0.02,Beta1=0.8)"},
		{"f=parabola&at=3", "f=parabola&at=3"},
		{"f=parabola&at=-4", "f=parabola"},
		{"f=parabola(Curvature=3)&box=-1,2", "f=parabola(Curvature=3)&box=-1,2"},
		{"f=rosenbrock&box=(-1,2,0,1)", "box=-1,2,0,1"},
		{"f=rosenbrock&box=-2,2,-1,3", ""},
		{"at=-0,0e-400", "at=0,0"},
		{"at=1e%2B5,1e-07", "at=100000,1e-7"},
		{"run=SGD%28LR%3D0.1%29", "run=SGD(LR=0.1)"},
		{"run=SGD()&run=LBFGS()&run=Newton(Damping=0.5,Absolute=1)&run=NaturalGradient&run=Preconditioned(Full=1)",
			"run=SGD&run=LBFGS&run=Newton(Damping=0.5,Absolute=1)&run=NaturalGradient&run=Preconditioned(Full=1)"},
		{"run=SGD(L1=0.1,Lower=-1,ClipNorm=1,ClipValue=2)", "run=SGD(ClipNorm=1,ClipValue=2,L1=0.1,Lower=-1)"},
		{"run=FTRL(L1=0.1,Upper=2)", "run=FTRL(L1=0.1,Upper=2)"},
		{"run=adam(state=INT8,params=Split,roundingseed=18446744073709551615)", "run=Adam(State=int8,Params=split,RoundingSeed=18446744073709551615)"},
		{"run=SGD(State=float32,Params=float32,RoundingSeed=0)", "run=SGD"},
		{"f=network&run=Lion(State=bfloat16,Params=bfloat16)", "f=network&run=Lion(State=bfloat16,Params=bfloat16)"},
		{"run=SGD(Schedule=Cosine)", "run=SGD(Schedule=Cosine)"},
		{"run=SGD(Schedule=Cosine(TMax=500,Hold=true))", "run=SGD(Schedule=Cosine(Hold=1))"},
		{"run=SGD(Schedule=Warmup(Steps=10,Then=Sequence(Schedules=(Constant,Plateau(Patience=2)),Milestones=(7))))",
			"run=SGD(Schedule=Warmup(Steps=10,Then=Sequence(Schedules=(Constant,Plateau(Patience=2)),Milestones=(7))))"},
		{"run=SGD(Schedule=MultiStep(Milestones=30))", "run=SGD(Schedule=MultiStep(Milestones=(30)))"},
		{"run=SGD(Schedule=MultiStep(Milestones=()))", "run=SGD(Schedule=MultiStep(Milestones=()))"},
		{"run=SGD(Schedule=WarmupStableDecay(Shape=sqrtdecay))", "run=SGD(Schedule=WarmupStableDecay(Shape=SqrtDecay))"},
		{"run=SGD(Schedule=Constant(Steps=5,Factor=0.5))", "run=SGD(Schedule=Constant(Factor=0.5,Steps=5))"},
		{"run=SGD(LR=,Schedule=)&steps=&at=", "run=SGD"},
		{"rates=best&budget=30&target=1e-6&seed=18446744073709551615&type=f64",
			"type=f64&rates=best&budget=30&target=1e-6&seed=18446744073709551615"},
		{"f=NETWORK(data=XOR,Hidden=(3,4),normalize=0,seed=9007199254740992)&batch=5", "f=network(Data=xor,Hidden=(3,4),Normalize=0,Seed=9007199254740992)&batch=5"},
		{"f=network(Hidden=())&run=Muon&box=0,1,0,1", "f=network(Hidden=())&run=Muon&box=0,1,0,1"},
		{"f=network&tab=network", "f=network"},
		{"tab=race&f=network", "f=network&tab=race"},
		{"tab=race", ""},
		{"tab=noise&step=3&run=SGD&run=Adam&sel=1&axis=loglog&three=1&embed=1&theme=dark&map=beta1&slice=pca&lens=basins&fan=50&lesson=zigzag&guess=2",
			"run=SGD&run=Adam&tab=noise&step=3&sel=1&axis=loglog&three=1&embed=1&theme=dark&map=Beta1&slice=pca&lens=basins&fan=50&lesson=zigzag&guess=2"},
		{"step=0", "step=0"},
	} {
		s, problems := Parse(c.text)
		if len(problems) > 0 {
			t.Errorf("%s: %v", c.text, problems)
		}
		if got := s.Format(); got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
		}
	}
}

// TestProblems: each text has one problem, of the key and with the words, and is what the other
// text says.
func TestProblems(t *testing.T) {
	for _, c := range []struct{ text, key, word, want string }{
		{"steps=0", "steps", "0, want 1 to 5000; 500 is taken instead", ""},
		{"steps=5001", "steps", "want 1 to 5000", ""},
		{"steps=99999999999999999999", "steps", "want 1 to 5000", ""},
		{"steps=1.5", "steps", "no whole number", ""},
		{"steps=(1,2)", "steps", "want a whole number", ""},
		{"steps=7&steps=8", "steps", "twice; 7 is taken", "steps=7"},
		{"steps=7&steps=7", "steps", "twice", "steps=7"},
		{"step=-1", "step", "want 0 to 5000", ""},
		{"lesson=A_b", "lesson", "small letters", ""},
		{"guess=10", "guess", "want 0 to 9", ""},
		{"at=NaN,0", "at", "decimal", ""},
		{"at=Inf,0", "at", "decimal", ""},
		{"at=1e999,0", "at", "too large", ""},
		{"at=0x10,0", "at", "decimal", ""},
		{"at=1_0,0", "at", "decimal", ""},
		{"at=1e7,0", "at", "want -1e6 to 1e6", ""},
		{"at=1", "at", "1 numbers for the 2 parameters of rosenbrock; -1.5,2 is taken", ""},
		{"f=parabola&at=1,2", "at", "2 numbers for the 1 parameters", "f=parabola"},
		{"f=rosenbrok", "f", `no objective "rosenbrok", want `, ""},
		{"f=rosenbrock(Steep=3)", "f", `no option "Steep", want Steepness`, ""},
		{"f=rosenbrock(Steepness=-3)", "f", "Steepness = -3, want 0 to 10000; 100 is taken", ""},
		{"f=rosenbrock(Steepness=3,steepness=4)", "f", "twice", "f=rosenbrock(Steepness=3)"},
		{"f=rosenbrock(3)", "f", "want Name=value", ""},
		{"f=rosenbrock(Steepness=3", "f", "parenthesis", ""},
		{"f=rosenbrock(Steepness=3))", "f", "not expected", ""},
		{"at=" + strings.Repeat("1", 5000) + ";", "at", `not expected after "...1111111111`, ""},
		{"f=%zz", "f", "percent code", ""},
		{"f=ros%1", "f", "percent code", ""},
		{"f=network(Data=moons)", "f", `"moons", want spirals`, "f=network"},
		{"f=network(Hidden=(8,0),Init=zero)", "f", "network: Hidden = 0", "f=network(Init=zero)"},
		{"f=network(Samples=1e3)", "f", "no whole number; 200 is taken", "f=network"},
		{"f=network(Seed=-1)", "f", "64 bits; 1 is taken", "f=network"},
		{"f=network&type=f64", "type", "networks train in f32", "f=network"},
		{"rates=best&f=network", "rates", "no rates are tried", "f=network"},
		{"f=network&at=1,2", "at", "where its Init says", "f=network"},
		{"f=network&run=Newton&run=SGD", "run", "Hessian", "f=network&run=SGD"},
		{"f=network&run=RowAdagrad&run=SGD", "run", "Sparse", "f=network&run=SGD"},
		{"f=network(Samples=50)&batch=51", "batch", "at most the 50 samples", "f=network(Samples=50)"},
		{"type=f16", "type", "want f32 or f64", ""},
		{"batch=3", "batch", "no samples", ""},
		{"seed=-1", "seed", "64 bits", ""},
		{"target=0", "target", "above 0", ""},
		{"box=1,0,0,1", "box", "lower end first", ""},
		{"box=0,1,1,1", "box", "lower end first", ""},
		{"box=0,1", "box", "want the box's ends", ""},
		{"sel=1", "sel", "no run 1 among 1, the first is 0", ""},
		{"map=Gamma", "map", "want LR", ""},
		{"nonsense=1", "nonsense", "want f, at", ""},
		{"steps", "steps", "key=value", ""},
		{"run=SGD&run=Adan", "run", `no rule or method "Adan", want SGD`, "run=SGD"},
		{"run=SGD(LR=-1)", "run", "optim: SGD: LR = -1", "run=SGD"},
		{"run=SGD(LR=fast,WeightDecay=0.1)", "run", "decimal number; 0.0005 is taken", "run=SGD(WeightDecay=0.1)"},
		{"run=SGD(LR=1,LR=2)", "run", "twice", "run=SGD(LR=1)"},
		{"run=SGD(Nesterov=1)", "run", "no option", "run=SGD"},
		{"run=LBFGS(LR=1)", "run", "has no options", "run=LBFGS"},
		{"run=Newton(LR=0)", "run", "want a number above 0", "run=Newton"},
		{"run=Newton(Schedule=Cosine)", "run", "no option", "run=Newton"},
		{"run=Adam(Beta1=0,Beta2=0)", "run", "Beta2 = 0", "run=Adam(Beta1=0)"},
		{"run=Muon(Rest=SGD)", "run", "no option", "run=Muon"},
		{"run=FTRL(L1=-1)", "run", "FTRL: L1 = -1", "run=FTRL"},
		{"run=Adam(State=fp4)", "run", "want float32, bfloat16 or int8", ""},
		{"run=Adam(RoundingSeed=-1)", "run", "64 bits", ""},
		{"run=Newton(State=int8)", "run", "no option", "run=Newton"},
		{"type=f64&run=Adam(State=int8)", "run", "float64", "type=f64"},
		{"type=f64&run=Adam(Params=bfloat16)", "run", "float64", "type=f64"},
		{"run=Adagrad(State=int8)", "run", "Adagrad", "run=Adagrad"},
		{"run=LAMB(State=bfloat16)", "run", "LAMB", "run=LAMB"},
		{"run=Muon(Params=split)", "run", "Muon", "run=Muon"},
		{"f=network&run=ScheduleFreeAdamW(Params=bfloat16)", "run", "ScheduleFreeAdamW", "f=network&run=ScheduleFreeAdamW"},
		{"run=Prodigy(L1=0.1)", "run", "Prodigy", "run=Prodigy"},
		{"run=ScheduleFreeAdamW(Lower=0)", "run", "ScheduleFreeAdamW", "run=ScheduleFreeAdamW"},
		{"run=SGD(Lower=2,Upper=1)", "run", "Bounds = 2 to 1", "run=SGD(Lower=2)"},
		{"run=SGD(Schedule=Cosine(TMax=0,EtaMin=0.1))", "run", "TMax = 0", "run=SGD(Schedule=Cosine(EtaMin=0.1))"},
		{"run=SGD(Schedule=Cosin)", "run", "no schedule", "run=SGD"},
		{"run=SGD(Schedule=Sequence(Schedules=(Cosine,Cosine,Cosine)))", "run", "1 Milestones for 3", "run=SGD(Schedule=Sequence)"},
		{"run=SGD(Schedule=Plateau(State=1))", "run", "no option", "run=SGD(Schedule=Plateau)"},
		{"run=Momentum(Momentum=0.999999999,Nesterov=1)", "run", "0.999999999", "run=Momentum(Nesterov=1)"},
		{strings.Repeat("run=SGD&", 7), "run", "more than 6 runs", strings.Repeat("&run=SGD", 6)[1:]},
		{"run=SGD(Schedule=" + strings.Repeat("Warmup(Then=", 8) + strings.Repeat(")", 9), "run", "nested deeper than 8", ""},
		{"run=SGD(Schedule=MultiStep(Milestones=(1" + strings.Repeat(",1", 64) + ")))", "run", "64", ""},
		{"at=" + strings.Repeat("1", 9000), "", "8192", ""},
		{"at=\x00\xff,2", "at", "not expected", ""},
	} {
		s, problems := Parse(c.text)
		if len(problems) != 1 || problems[0].Key != c.key || !strings.Contains(problems[0].Message, c.word) {
			t.Errorf("%s: %q, want one of %s with %q", c.text, problems, c.key, c.word)
		}
		if got := s.Format(); got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
		}
	}
}
