from qingyuan.cli import main

raise SystemExit(main())
