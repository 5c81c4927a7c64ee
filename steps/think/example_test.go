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

func ExampleEdits() {
	for _, e := range think.Edits("<think>Hm.</think>Yes.", []string{"<steer>Think.</steer>\n<exec>Hm.</exec>"}) {
		fmt.Printf("bytes %d to %d become\n%s\n", e.Start, e.End, e.Text)
	}
	// Output:
	// bytes 0 to 18 become
	// <think>
	// <steer>Think.</steer>
	// <exec>Hm.</exec>
	// </think>
}
