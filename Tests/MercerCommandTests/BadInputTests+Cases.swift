extension BadInputTests {
  private static func bad(
    _ arguments: [String], _ says: String..., lines: Int = 1, status: Int32 = 2
  ) -> Case {
    Case(arguments: arguments, says: says, lineCount: lines, status: status)
  }

  /// A fit of a table for its column b, into the directory that has a good model.
  private static func table(_ file: String, _ says: String...) -> Case {
    Case(arguments: [file, "--target", "b", "--output", "kept"], says: [file] + says)
  }

  /// A fit of a good table with more arguments.
  private static func good(_ arguments: [String], _ says: String..., lines: Int = 1) -> Case {
    Case(
      arguments: ["penguins60.csv", "--target", "body_mass_g", "--output", "kept"] + arguments,
      says: says, lineCount: lines)
  }

  static let tables: [Case] = [
    table("empty.csv", "the file is empty", "column names"),
    table("blank.csv", "the file is empty"),
    table("header.csv", "a header but no rows"),
    table("one-row.csv", "one row is not enough"),
    table("one-class.csv", "column \"b\"", "\"x\" in every row"),
    table("constant.csv", "column \"b\"", "\"5\" in every row"),
    table("no-target.csv", "column \"b\"", "no value in any row"),
    table("one-target.csv", "column \"b\"", "\"7\" in every row"),
    table("duplicate.csv", "line 1", "columns 1 and 2 are both called \"a\""),
    table("ragged.csv", "line 3", "3 cells but the header has 2"),
    table("infinite.csv", "line 3, column \"a\"", "infinite"),
    table("infinite-target.csv", "line 3, column \"b\"", "infinite"),
    table("long-cell.csv", "line 3, column \"a\"", "longer than the limit"),
    table("open-quote.csv", "line 3", "never closes"),
    table("latin.csv", "line 2", "not UTF-8", "iconv"),
    table("zip.csv", "zip"),
    table("only-target.csv", "no column is left"),
    table("nothing-left.csv", "no column is left", "\"a\": one value everywhere"),
    table("tiny-target.csv", "column \"b\"", "too close together", "rescale"),
    table("folder", "is a directory"),
    table("absent.csv", "there is no such file"),
    table("file/table.csv", "there is no such file"),
    table("truncated.csv.gz", "cut short"),
    table("-", "standard input", "the file is empty"),
  ].map { one in
    // Standard input is not called "-" in messages.
    Case(arguments: one.arguments, says: one.says.filter { $0 != "-" })
  }

  static let targets: [Case] = [
    bad(
      ["penguins60.csv", "--target", "body_mas_g", "--output", "kept"],
      "penguins60.csv", "no column \"body_mas_g\"", "did you mean \"body_mass_g\"?"),
    bad(["penguins60.csv", "--target", "", "--output", "new"], "no column \"\""),
    good(["--ignore", "seks"], "no column \"seks\"", "the columns are"),
    good(["--ignore", "islnd"], "no column \"islnd\"", "did you mean \"island\"?"),
    good(["--ignore", "body_mass_g"], "is the target and cannot be ignored"),
    good(["--task", "binary"], "column \"body_mass_g\"", "two different values"),
    bad(
      ["penguins60.csv", "--target", "island", "--task", "regression", "--output", "new"],
      "row 1 of the target holds \"Torgersen\"", "needs numbers"),
    good(["--test", "lacks-target.csv"], "lacks-target.csv", "no target column \"body_mass_g\""),
    good(
      ["--test", "lacks-column.csv"], "lacks-column.csv", "\"flipper_length_mm\"", "is missing"),
    good(
      ["--test", "text-in-numbers.csv"], "text-in-numbers.csv, line 3, column \"bill_depth_mm\"",
      "\"tall\" is not a number"),
    good(["--test", "absent.csv"], "absent.csv", "no such file"),
    good(["--test", "truncated.csv.gz"], "truncated.csv.gz", "cut short"),
    bad(
      [
        "penguins60.csv", "--target", "species", "--test", "unseen-class.csv", "--output",
        "classes",
      ],
      "unseen-class.csv, column \"species\"", "row 3", "\"Emperor\"", "\"Adelie\""),
    bad(["-", "--target", "b", "--test", "-"], "standard input", "mercer fit --help"),
  ]

  static let outputs: [Case] = [
    bad(
      ["penguins60.csv", "--target", "body_mass_g", "--output", "file"], "file is a file",
      "--output"
    ),
    bad(
      ["penguins60.csv", "--target", "body_mass_g", "--output", "file/below/it"],
      "file/below/it", "file is a file", "--output"),
    bad(["penguins60.csv", "--target", "body_mass_g", "--output", ""], "is empty", "--output"),
    bad(
      ["penguins60.csv", "--target", "body_mass_g", "--output", "blocked"],
      "blocked/model.safetensors", "is a directory"),
  ]

  static let options: [Case] = [
    good(["--bogus"], "unknown option '--bogus'", "mercer fit --help"),
    good(["--thread", "2"], "unknown option '--thread'", "'--threads'"),
    good(["--task", "clustering"], "'clustering'", "'--task'", "'multiclass'"),
    good(["--ridge", "-1"], "'-1'", "'--ridge'", "a number above 0"),
    good(["--ridge", "0"], "'0'", "a number above 0"),
    good(["--ridge", "nan"], "'nan'", "a number above 0"),
    good(["--ridge", "small"], "'small'", "a number above 0"),
    good(["--budget", "0"], "'0'", "'--budget'", "a number above 0"),
    good(["--folds", "1"], "'1'", "'--folds'", "at least 2"),
    good(["--group", "islnd"], "no column \"islnd\" for --group", "did you mean \"island\"?"),
    good(["--group", "island", "--time", "year"], "by group or by time, not by both"),
    good(["--time", "sex"], "column \"sex\"", "--time"),
    good(["--time", "island"], "column \"island\"", "times (numbers or dates)"),
    good(["--weight", "island"], "column \"island\"", "numbers"),
    good(["--threads", "0"], "'0'", "'--threads'", "a whole number of at least 1"),
    good(["--threads", "-2"], "'-2'", "a whole number of at least 1"),
    good(["--threads", "two"], "'two'", "a whole number of at least 1"),
    good(["--memory", "lots"], "'lots'", "'--memory'", "4GB"),
    good(["--memory", "-1GB"], "'-1GB'", "4GB"),
    good(["--seed", "-1"], "'-1'", "'--seed'", "a whole number"),
    good(["another.csv"], "unexpected argument 'another.csv'", "mercer fit --help"),
    bad(["penguins60.csv"], "'--target", "mercer fit --help"),
    bad([], "'<table>'", "mercer fit --help"),
    good(
      ["--kernel", "gausian(lengthScale: 1)"], "unknown kernel \"gausian\"", "\"gaussian\"",
      "\ngausian(lengthScale: 1)\n^\n", lines: 3),
    good(
      ["--kernel", "gaussian(lengthScale: -1)"], "greater than zero",
      "\ngaussian(lengthScale: -1)\n                      ^\n", lines: 3),
    good(["--kernel", "laplace +"], "expected a kernel", "\nlaplace +\n         ^\n", lines: 3),
    good(
      ["--kernel", "productLaplace(scales: [1, 2])"], "penguins60.csv", "scales has 2 numbers",
      "15 coordinates", "\"species=Adelie\""),
  ]

  private static func forecast(_ arguments: [String], _ says: String...) -> Case {
    Case(
      arguments: ["penguins60.csv", "--target", "body_mass_g", "--kernel", "laplace"] + arguments,
      says: says)
  }

  static let forecasts: [Case] = [
    bad(["one-row.csv", "--target", "b"], "one-row.csv", "one row is not enough"),
    bad(["header.csv", "--target", "b"], "header.csv", "a header but no rows"),
    bad(["infinite.csv", "--target", "b"], "line 3, column \"a\"", "infinite"),
    bad(["ten-rows.csv", "--target", "b"], "ten-rows.csv", "10 rows", "too few", "at least 40"),
    bad(["absent.csv", "--target", "b"], "absent.csv", "no such file"),
    bad(["penguins60.csv", "--target", "body_mas_g"], "did you mean \"body_mass_g\"?"),
    bad(["penguins60.csv"], "'--target", "mercer forecast --help"),
    forecast(["--rows", "many"], "'many'", "'--rows'", "multiples such as 2x"),
    forecast(["--rows", "2x,,4x"], "'--rows'", "separated by commas"),
    forecast(["--rows", "0"], "'0'", "numbers of rows"),
    forecast(["--rows", "-100"], "'-100'", "numbers of rows"),
    forecast(["--rows", "0x"], "'0x'", "numbers of rows"),
    forecast(["--rows", "nanx"], "'nanx'", "numbers of rows"),
    forecast(["--rows", "1e9x"], "'1e9x'", "numbers of rows"),
    forecast(["--ridge", "0"], "'0'", "a number above 0"),
    forecast(["--ignore", "islnd"], "no column \"islnd\"", "did you mean \"island\"?"),
    forecast(["--group", "islnd"], "no column \"islnd\" for --group"),
    forecast(["--task", "binary"], "two different values"),
    forecast(["--output", "new"], "unknown option '--output'", "mercer forecast --help"),
  ]

  static let models: [Case] = [
    bad(["cut-in-header.safetensors", "penguins60.csv"], "cut-in-header", "cut off", "fit"),
    bad(["cut-at-end.safetensors", "penguins60.csv"], "cut-at-end", "cut off", "fit"),
    bad(["five-bytes.safetensors", "penguins60.csv"], "five-bytes", "not a safetensors file"),
    bad(["newer.safetensors", "penguins60.csv"], "newer", "version 7", "use a newer Mercer"),
    bad(["other.safetensors", "penguins60.csv"], "other", "not a Mercer model"),
    bad(["no-description.safetensors", "penguins60.csv"], "no-description", "damaged"),
    bad(["penguins60.csv", "penguins60.csv"], "not a safetensors file", "model.safetensors"),
    bad(["absent.safetensors", "penguins60.csv"], "absent.safetensors", "no such file"),
    bad(["kept", "penguins60.csv"], "kept is a directory", "inside it"),
    bad(["kept/model.safetensors", "absent.csv"], "absent.csv", "no such file"),
    bad(["kept/model.safetensors", "header.csv"], "header.csv", "no rows"),
    bad(
      ["kept/model.safetensors", "lacks-column.csv"], "lacks-column.csv", "\"flipper_length_mm\"",
      "is missing"),
    bad(
      ["kept/model.safetensors", "text-in-numbers.csv"],
      "text-in-numbers.csv, line 3, column \"bill_depth_mm\"", "\"tall\" is not a number"),
    bad(
      ["kept/model.safetensors", "infinite-cell.csv"],
      "infinite-cell.csv, line 4, column \"bill_depth_mm\""),
    bad(["changed.safetensors", "penguins60.csv"], "changed.safetensors", "checksum"),
    bad(
      ["kept/model.safetensors", "penguins60.csv", "--keep", "spcies"], "\"spcies\"",
      "did you mean \"species\"?"),
    bad(["kept/model.safetensors", "penguins60.csv", "--explain", "0"], "at least 1"),
    bad(
      ["kept/model.safetensors", "penguins60.csv", "--json", "--keep-all"], "name a file",
      "mercer predict --help"),
    bad(["kept/model.safetensors", "ragged-late.csv", "-o", "p.csv"], "line 61", "4 cells"),
    bad(
      ["kept/model.safetensors", "penguins60.csv", "--level", "0.7"], "--level", "0.95",
      "mercer predict --help"),
    bad(
      ["kept/model.safetensors", "penguins60.csv", "--output", "folder"], "folder is a directory"),
    bad(
      ["kept/model.safetensors", "penguins60.csv", "--output", "file/p.csv"], "file/p.csv",
      "choose another place"),
    bad(
      ["kept/model.safetensors", "penguins60.csv", "--output", "none/p.csv"], "none/p.csv",
      "does not exist", "create it"),
    bad(["kept/model.safetensors"], "'<table>'", "mercer predict --help"),
  ]

  static let evaluations: [Case] = [
    bad(
      ["kept/model.safetensors", "lacks-target.csv"], "lacks-target.csv",
      "no target column \"body_mass_g\""),
    bad(
      ["classes/model.safetensors", "unseen-class.csv"], "unseen-class.csv, column \"species\"",
      "row 3", "\"Emperor\""),
    bad(["newer.safetensors", "penguins60.csv"], "use a newer Mercer"),
    bad(["kept/model.safetensors", "truncated.csv.gz"], "truncated.csv.gz", "cut short"),
  ]

  /// An explanation of a good model with more arguments.
  private static func explained(_ arguments: [String], _ says: String...) -> Case {
    Case(arguments: ["kept/model.safetensors", "penguins60.csv"] + arguments, says: says)
  }

  static let explanations: [Case] = [
    explained(["--rows", "61"], "penguins60.csv", "no row 61", "60 rows", "from 1"),
    explained(["--rows", "3,58-62"], "no row 61"),
    explained(["--rows", "0"], "'0'", "'--rows'", "1,5,9-12"),
    explained(["--rows", "9-3"], "'9-3'", "1,5,9-12"),
    explained(["--rows", "1,,2"], "'1,,2'", "'--rows'"),
    explained(["--rows", ""], "'--rows'"),
    explained(["--rows", "first"], "'first'", "mercer explain --help"),
    explained(["--rows", "-1"], "'-1'", "'--rows'"),
    explained(["--top", "0"], "'0'", "'--top'", "a whole number of at least 1"),
    explained(["--output", "folder"], "folder is a directory"),
    explained(["--output", "none/why.json"], "none/why.json", "create it"),
    explained(["--threads", "two"], "'two'", "'--threads'"),
    bad(["cut-at-end.safetensors", "penguins60.csv"], "cut-at-end", "cut off", "fit"),
    bad(["newer.safetensors", "penguins60.csv"], "newer", "version 7", "use a newer Mercer"),
    bad(["absent.safetensors", "penguins60.csv"], "absent.safetensors", "no such file"),
    bad(["lost-rows.safetensors", "penguins60.csv"], "lost-rows", "do not fit together"),
    bad(["kept/model.safetensors", "absent.csv"], "absent.csv", "no such file"),
    bad(
      ["kept/model.safetensors", "lacks-column.csv"], "lacks-column.csv", "\"flipper_length_mm\"",
      "is missing"),
    bad(
      ["classes/model.safetensors", "unseen-class.csv"], "unseen-class.csv, column \"species\"",
      "row 3", "\"Emperor\""),
    bad(["kept/model.safetensors"], "'<table>'", "mercer explain --help"),
  ]

  private static func gram(_ x: String..., more: [String] = [], says: String...) -> Case {
    Case(arguments: x + ["--kernel", "gaussian", "--output", "K.npy"] + more, says: says)
  }

  static let kernels: [Case] = [
    bad(["X.npy", "--kernel", "gaussian"], "--output K.npy", "--spectrum", "mercer kernel --help"),
    bad(["X.npy", "--output", "K.npy"], "'--kernel", "mercer kernel --help"),
    bad(["X.npy", "X.npy", "--kernel", "linear", "--spectrum"], "one set of inputs"),
    gram("X.npy", "Z.npy", says: "Z.npy", "2 features", "X.npy of 3"),
    gram("nan.npy", says: "nan.npy", "row 3", "not a finite number"),
    gram("objects.npy", says: "objects.npy", "Python objects", "numeric dtype"),
    gram("no-rows.npy", says: "no-rows.npy", "no rows"),
    gram("no-columns.npy", says: "no-columns.npy", "empty"),
    gram("cut.npy", says: "cut.npy", "bytes"),
    gram("penguins60.csv", says: "penguins60.csv", "not an array file", "NPY"),
    gram("absent.npy", says: "absent.npy", "no such file"),
    gram("folder", says: "folder", "is a directory"),
    gram("X.npy", more: ["--element", "half"], says: "'half'", "'float'"),
    bad(
      ["X.npy", "--kernel", "productLaplace(scales: [1, 2])", "--output", "K.npy"], "X.npy",
      "scales has 2 numbers", "3 coordinates"),
    bad(
      ["X.npy", "--kernel", "gaussian(", "--output", "K.npy"], "\ngaussian(\n         ^\n", lines: 3
    ),
    bad(["X.npy", "--kernel", "", "--output", "K.npy"], "is empty", lines: 3),
    bad(["X.npy", "--kernel", "overlap(on: [7])", "--output", "K.npy"], "column 7", "3 features"),
    bad(["X.npy", "--kernel", "polynomial(degree: 900)", "--output", "K.npy"], "not finite"),
    bad(["X.npy", "--kernel", "linear", "--output", "none/K.npy"], "none/K.npy", "create it"),
    bad(["X.npy", "--kernel", "linear", "--output", "folder"], "folder is a directory"),
  ]

  static let benches: [Case] = [
    bad(
      ["--only", "gausian-apply"], "no operation \"gausian-apply\"",
      "did you mean \"gaussian-apply\"?", "the operations are"),
    bad(["--only", "laplace-apply", "fast"], "no operation \"fast\"", "ntk-fill"),
    bad(["--only"], "'--only", "mercer bench --help"),
    bad(["--scale", "0"], "'0'", "a number above 0"),
    bad(["--scale", "-1"], "'-1'", "'--scale'", "a number above 0"),
    bad(["--scale", "1e300"], "'1e300'", "at most 100"),
    bad(["table.csv"], "unexpected argument 'table.csv'", "mercer bench --help"),
    bad(["--memory", "lots"], "'lots'", "4GB"),
    bad(
      ["--only", "laplace-apply", "--memory", "1MB"], "more than the limit", "raise --memory",
      status: 1),
  ]

  static let verbs: [Case] = [
    bad(["foo"], "no command \"foo\"", "mercer --help"),
    bad(["predct", "a", "b"], "no command \"predct\"", "did you mean \"predict\"?"),
    bad(["--bogus"], "unknown option '--bogus'", "mercer --help"),
  ]
}
