package distributed_test

import (
	"fmt"
	"sync"

	"github.com/seed63264101/steepest/optim/distributed"
)

func ExampleNewMemory() {
	const ranks = 3
	var seen [ranks][ranks]byte
	var all sync.WaitGroup
	for _, t := range distributed.NewMemory(ranks) {
		all.Go(func() {
			own := []byte{byte(t.Rank() * t.Rank())}
			if err := t.AllGather(own, seen[t.Rank()][:], []int{1, 1, 1}); err != nil {
				t.Abort(err)
			}
		})
	}
	all.Wait()
	fmt.Println(seen)
	// Output: [[0 1 4] [0 1 4] [0 1 4]]
}
