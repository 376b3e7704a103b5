package distributed_test

import (
	"fmt"
	"log"
	"os"
	"sync"

	"github.com/seed63264101/steepest/optim"
	"github.com/seed63264101/steepest/optim/distributed"
)

// A run is saved on three ranks, and goes on on two and in one process.
func ExampleDir() {
	path, err := os.MkdirTemp("", "run")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(path)

	params := func() []optim.Param[float32] {
		return []optim.Param[float32]{{Name: "w", Value: []float32{1, 2, 3, 4}}}
	}
	const micro = 6
	onRanks := func(size int, f func(d distributed.Dir, opt *optim.Optimizer[float32])) {
		var ranks sync.WaitGroup
		for _, t := range distributed.NewMemory(size) {
			ranks.Go(func() {
				opt, err := optim.New(optim.NewAdam(0.1), params(), optim.Distributed(t, micro))
				if err != nil {
					log.Fatal(err)
				}
				f(distributed.Dir{Path: path, Keep: 2, Transport: t}, opt)
			})
		}
		ranks.Wait()
	}
	onRanks(3, func(d distributed.Dir, opt *optim.Optimizer[float32]) {
		grads := [][]float32{{1, -1, 1, -1}}
		if _, err := opt.Step(grads, grads); err != nil {
			log.Fatal(err)
		}
		if err := distributed.SaveTo(d, opt.Steps(), opt); err != nil {
			log.Fatal(err)
		}
	})
	onRanks(2, func(d distributed.Dir, opt *optim.Optimizer[float32]) {
		step, found, err := distributed.LoadLatest(d, opt)
		if rank, _ := opt.Rank(); rank == 0 {
			fmt.Println(step, found, err)
		}
	})

	s, err := distributed.Read[float32](distributed.Dir{Path: path}.File(1))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(s.Params[0].Value)
	// Output:
	// 1 true <nil>
	// [0.9 2.1 2.9 4.1]
}
