using PSNetConcurrency.HelpBuilder;

return HelpTool.Run(args, Console.Out, Console.Error);
