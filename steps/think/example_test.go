package think_test

import (
	"fmt"

	"sftrun.local/steps/think"
)

func Example() {
	reply := "<think>\n<steer>Add the ones.</steer>\n<exec>7 + 5 is 12.</exec>\n</think>\nIt is 12."
	for _, block := range think.Blocks(reply) {
		for _, section := range think.Sections(block.Text()) {
			fmt.Printf("%-6s%s\n", section.Family, section.Text())
		}
	}
	// Output:
	// steer Add the ones.
	// exec  7 + 5 is 12.
}

func ExampleReplace() {
	fmt.Println(think.Replace("<think>Hm.</think>Yes.", []string{"<steer>Think.</steer>\n<exec>Hm.</exec>"}))
	// Output:
	// <think>
	// <steer>Think.</steer>
	// <exec>Hm.</exec>
	// </think>Yes.
}
