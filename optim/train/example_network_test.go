package train_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/checkpoint"
	"github.com/seed63264101/steepest/optim/schedule"
	"github.com/seed63264101/steepest/optim/train"
)

// A network is trained with AdamW, whose rate rises and falls, and whose decay leaves out the
// biases. Gradients are clipped, and those of a batch are computed in four parts. After each
// epoch, points that were held out decide how good the average of the weights is; once that gets
// no better, the best average is what stays. Started again after a crash, the program goes on
// with the last epoch that is on the disk.
func Example_network() {
	dir, err := os.MkdirTemp("", "") // a real program's stays
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	const samples, held, size, epochs = 600, 200, 32, 20
	data, m, part := draw(samples, 1), newNetwork(), newPass(size)
	validation := newPass(held)
	copy(validation.x, draw(held, 2).x)
	copy(validation.labels, draw(held, 2).labels)
	batches := &train.Batches{Samples: samples, Size: size, Seed: 1}
	steps := batches.Steps(epochs)
	opt, err := optim.New(optim.NewAdamW(0.01), m.params(),
		optim.WithSchedule(schedule.Warmup{Steps: steps / 20, Then: schedule.Cosine{TMax: steps - steps/20}}),
		optim.ClipNorm(1), optim.WithoutDecay(optim.BiasOrNorm))
	if err != nil {
		log.Fatal(err)
	}
	average, err := train.NewEMA(m.params(), 0.9)
	if err != nil {
		log.Fatal(err)
	}
	early, err := train.NewEarlyStopping(average.Params(), train.Patience{Checks: 3})
	if err != nil {
		log.Fatal(err)
	}
	result, err := train.Fit(context.Background(), opt, func(b train.Batch, g *optim.Gradients[float32]) (float64, error) {
		part.load(data, b.Samples)
		return m.gradient(part, len(b.Samples), g.Dense)
	}, train.FitOptions[float32]{
		Batches:      batches,
		Epochs:       epochs,
		MicroBatches: 4,
		Stop:         []train.StopRule{early},
		Average:      average,
		Validate: func() (float64, error) {
			average.Swap()
			defer average.Swap()
			return m.gradient(validation, held, nil)
		},
		Progress:    func(p train.Progress) error { fmt.Println(p); return nil },
		Checkpoints: &checkpoint.Dir{Path: dir, Keep: 3},
		Resume:      true,
	})
	if err != nil {
		log.Fatal(err)
	}
	average.Swap() // the model is the average
	loss, err := m.gradient(validation, held, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %.5f\n", result.Reason, loss)
	// Output:
	// iteration 19, epoch 1/20: loss 0.57099, epoch's 0.80337, lr 0.009474, metric 0.71269
	// iteration 38, epoch 2/20: loss 0.35864, epoch's 0.40991, lr 0.009939, metric 0.39704
	// iteration 57, epoch 3/20: loss 0.22892, epoch's 0.29787, lr 0.009743, metric 0.30514
	// iteration 76, epoch 4/20: loss 0.17128, epoch's 0.25856, lr 0.009418, metric 0.29061
	// iteration 95, epoch 5/20: loss 0.23647, epoch's 0.23558, lr 0.008972, metric 0.28487
	// iteration 114, epoch 6/20: loss 0.4196, epoch's 0.21982, lr 0.008418, metric 0.286, clipped to 0.863 of itself
	// iteration 133, epoch 7/20: loss 0.078254, epoch's 0.20049, lr 0.007771, metric 0.29215
	// iteration 152, epoch 8/20: loss 0.0766, epoch's 0.18837, lr 0.007048, metric 0.29597
	// no metric better than 0.2848735237121582 in 3 checks: 0.28487
}
