package distributed_test

import (
	"fmt"
	"sync"

	"github.com/seed63264101/steepest/optim/distributed"
)

func ExampleNewMemory() {
	const ranks = 3
	var seen [ranks][ranks][1]byte
	var group sync.WaitGroup
	for _, t := range distributed.NewMemory(ranks) {
		group.Go(func() {
			all := &seen[t.Rank()]
			all[t.Rank()][0] = byte(t.Rank() * t.Rank())
			if err := t.AllGather(all[t.Rank()][:], [][]byte{all[0][:], all[1][:], all[2][:]}); err != nil {
				t.Abort(err)
			}
		})
	}
	group.Wait()
	fmt.Println(seen)
	// Output: [[[0] [1] [4]] [[0] [1] [4]] [[0] [1] [4]]]
}
