package schedule_test

import (
	"fmt"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/schedule"
)

// A learning rate that falls from 0.1 to 0.01 along half a cosine.
func ExampleCosine() {
	s := schedule.Cosine{TMax: 4, EtaMin: 0.01}
	for step := range 5 {
		fmt.Printf("%.4f ", s.Rate(0.1, step))
	}
	fmt.Println()
	// Output: 0.1000 0.0868 0.0550 0.0232 0.0100
}

// A cosine that stays at its lowest rate, behind a warm-up: a run that goes on
// after the fourteenth step meets no rising rate.
func ExampleCosine_hold() {
	s := schedule.Warmup{Steps: 4, Then: schedule.Cosine{TMax: 10, EtaMin: 0.001, Hold: true}}
	for _, step := range []int{0, 2, 4, 9, 14, 15, 24} {
		fmt.Printf("step %d: %.4f\n", step, s.Rate(0.01, step))
	}
	// Output:
	// step 0: 0.0000
	// step 2: 0.0050
	// step 4: 0.0100
	// step 9: 0.0055
	// step 14: 0.0010
	// step 15: 0.0010
	// step 24: 0.0010
}

// A quarter of the steps to cool down in, to a hundredth of the rate.
func ExampleWarmupStableDecay() {
	s := schedule.WarmupStableDecay{Warmup: 2, Stable: 4, Decay: 4, MinFactor: 0.01, Shape: schedule.SqrtDecay}
	for step := range 12 {
		fmt.Printf("%.3f ", s.Rate(1, step))
	}
	fmt.Println()
	// Output: 0.000 0.500 1.000 1.000 1.000 1.000 1.000 0.505 0.300 0.143 0.010 0.010
}

// Warm up, hold, then decay: schedules are put together from smaller ones.
func ExampleSequence() {
	s := schedule.Sequence{
		Schedules:  []schedule.Schedule{schedule.Warmup{Steps: 2}, schedule.Polynomial{TotalIters: 4, Power: 1}},
		Milestones: []int{4},
	}
	for step := range 9 {
		fmt.Print(s.Rate(1, step), " ")
	}
	fmt.Println()
	// Output: 0 0.5 1 1 1 0.75 0.5 0.25 0
}

// A warm-up in front of a cosine, the usual schedule of large networks.
func ExampleWarmup() {
	s := schedule.Warmup{Steps: 2, StartFactor: 0.1, Then: schedule.Cosine{TMax: 4}}
	for step := range 7 {
		fmt.Printf("step %d: %.4f\n", step, s.Rate(0.01, step))
	}
	_, err := optim.New(optim.SGD{LR: 1}, []optim.Param[float32]{{Name: "w", Value: make([]float32, 1)}},
		optim.WithSchedule(schedule.Warmup{Steps: 2, Then: schedule.Cosine{}}))
	fmt.Println(err)
	// Output:
	// step 0: 0.0010
	// step 1: 0.0055
	// step 2: 0.0100
	// step 3: 0.0085
	// step 4: 0.0050
	// step 5: 0.0015
	// step 6: 0.0000
	// optim: schedule.Warmup: schedule.Cosine: TMax = 0, want a whole number >= 1
}

// Tell a Plateau the validation loss after every epoch.
func ExamplePlateau() {
	p := schedule.NewPlateau()
	p.Factor, p.Patience = 0.5, 2
	for _, loss := range []float64{1, 0.8, 0.79, 0.81, 0.8, 0.79, 0.8} {
		p.Observe(loss)
		fmt.Print(p.Rate(0.1, 0), " ")
	}
	fmt.Println()
	// Output: 0.1 0.1 0.1 0.1 0.1 0.05 0.05
}
