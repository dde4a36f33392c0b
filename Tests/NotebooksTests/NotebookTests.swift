import Foundation
import Notebooks
import XCTest

final class NotebookTests: XCTestCase {
  func testReadsBothFormsOfASourceAndSeesOutputs() throws {
    let json = """
      {"metadata": {"kernelspec": {"language": "swift"}}, "nbformat": 4, "cells": [
        {"cell_type": "markdown", "source": "# Title", "metadata": {}},
        {"cell_type": "code", "source": ["let a = 1\\n", "let b = 2"], "outputs": [],
         "execution_count": null},
        {"cell_type": "code", "source": "print(a)", "outputs": [{"output_type": "stream"}],
         "execution_count": 3}]}
      """
    let notebook = try JSONDecoder().decode(Notebook.self, from: Data(json.utf8))
    XCTAssertEqual(notebook.language, "swift")
    XCTAssertEqual(notebook.cells.map(\.kind), [.markdown, .code, .code])
    XCTAssertEqual(notebook.cells[1].source, "let a = 1\nlet b = 2")
    XCTAssertEqual(notebook.cells.map(\.hasOutputs), [false, false, true])
    XCTAssertEqual(
      notebook.script(name: "N.ipynb"),
      """
      #sourceLocation(file: "N.ipynb cell 2", line: 1)
      let a = 1
      let b = 2
      #sourceLocation(file: "N.ipynb cell 3", line: 1)
      print(a)

      """)
  }
}
